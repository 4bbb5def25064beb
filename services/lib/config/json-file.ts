// Reads files of text and JSON.

import { readFileSync } from 'node:fs';
import { UserError } from '../process/user-error.js';

/** @throws UserError with what the system says */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** @throws UserError with what is wrong with the text */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new UserError(`it is no valid JSON: ${detail}`, { cause: error });
  }
}
