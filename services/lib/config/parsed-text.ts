import { z } from 'zod';

/**
 * What zod's `transform` takes to read a text by a parser that throws: its own error becomes a complaint, any other one
 * is thrown on.
 */
export function parsedText<T>(options: {
  parse: (text: string) => T;
  errorType: new (message?: string) => Error;
  /** In front of the parser's message. */
  prefix?: string;
}): (text: string, context: { addIssue(message: string): void }) => T {
  const { parse, errorType, prefix = '' } = options;
  return (text, context) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof errorType)) throw error;
      context.addIssue(`${prefix}${error.message}`);
      return z.NEVER;
    }
  };
}
