// Reads files that hold a JSON array.

import type * as z from 'zod';
import { UserError } from '../process/user-error.js';
import { parseJson, readText } from './json-file.js';

/**
 * Reads a file that holds a JSON array.
 *
 * @throws UserError with one sentence that names the place: `machine 2, serial: ...`
 */
export function readJsonList<T>(options: {
  path: string;
  schema: z.ZodType<T[]>;
  /** What an element is called. */
  element: string;
}): T[] {
  const { path, schema, element } = options;
  const result = schema.safeParse(parseJson(readText(path)));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(`${placeOf(issue?.path ?? [], element)}${issue?.message}`);
}

function placeOf(path: readonly PropertyKey[], element: string): string {
  const [index, ...fields] = path;
  if (typeof index !== 'number') return '';
  return `${[`${element} ${index + 1}`, ...fields.map(String)].join(', ')}: `;
}
