import type { z } from 'zod';
import { type ErrorType, parseJson, readText } from './json-file.js';

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

function placeOf(path: readonly PropertyKey[], element: string): string {
  const [index, ...fields] = path;
  if (typeof index !== 'number') return '';
  return `${[`${element} ${index + 1}`, ...fields.map(String)].join(', ')}: `;
}
