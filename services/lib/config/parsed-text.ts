// Puts a parser that throws into a zod schema.

import * as z from 'zod';
import { UserError } from '../process/user-error.js';

/**
 * What zod's `transform` takes to read a text by a parser that throws: a UserError becomes an issue, any other error is
 * thrown on.
 */
export function parsedText<T>(options: {
  parse: (text: string) => T;
  /** In front of the parser's message. */
  prefix?: string;
}): (text: string, context: { addIssue(message: string): void }) => T {
  const { parse, prefix = '' } = options;
  return (text, context) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      context.addIssue(`${prefix}${error.message}`);
      return z.NEVER;
    }
  };
}
