import { readFileSync } from 'node:fs';

/** The class of what is thrown where a file can't be used. */
export type ErrorType = new (message: string, options?: ErrorOptions) => Error;

/** @throws what is given, with what the system says */
export function readText(path: string, errorType: ErrorType): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new errorType(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** @throws what is given, with what is wrong with the text */
export function parseJson(text: string, errorType: ErrorType): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new errorType(`it is no valid JSON: ${detail}`, { cause: error });
  }
}
