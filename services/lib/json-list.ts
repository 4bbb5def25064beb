import { readFileSync } from 'node:fs';
import type { z } from 'zod';

/**
 * Reads a file that holds a JSON array. What is wrong is thrown as the given error, with one sentence that names the
 * place: `machine 2, serial: ...`.
 */
export function readJsonList<T>(options: {
  path: string;
  schema: z.ZodType<T[]>;
  /** What an element is called. */
  element: string;
  errorType: ErrorType;
}): T[] {
  const { path, schema, element, errorType } = options;
  const result = schema.safeParse(parseJson(readText(path, errorType), errorType));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new errorType(`${placeOf(issue?.path ?? [], element)}${issue?.message}`);
}

type ErrorType = new (message: string, options?: ErrorOptions) => Error;

function readText(path: string, errorType: ErrorType): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new errorType(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function parseJson(text: string, errorType: ErrorType): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new errorType(`it is no valid JSON: ${detail}`, { cause: error });
  }
}

function placeOf(path: readonly PropertyKey[], element: string): string {
  const [index, ...fields] = path;
  if (typeof index !== 'number') return '';
  return `${[`${element} ${index + 1}`, ...fields.map(String)].join(', ')}: `;
}
