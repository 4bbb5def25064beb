// Schemas of what settings commonly hold: an address, a number, one of some words, the name of a file.

import * as z from 'zod';
import { UserError } from '../process/user-error.js';
import { type Address, parseAddress } from './address.js';
import { parsedText } from './parsed-text.js';

type TextSchema<T> = z.ZodType<T, string | undefined>;

export function addressSchema(fallback: string): TextSchema<Address> {
  return z
    .string()
    .default(fallback)
    .transform(parsedText({ parse: parseAddress, prefix: "can't be used: " }));
}

/**
 * An address that need not be there.
 *
 * @param parse reads any address, or those of one kind
 */
export function optionalAddressSchema<A extends Address>(
  parse: (text: string) => A,
): TextSchema<A | undefined> {
  return z
    .string()
    .transform(parsedText({ parse, prefix: "can't be used: " }))
    .optional();
}

interface WholeNumberOptions {
  fallback: string;
  min: number;
  max: number;
}

export function wholeNumberSchema(options: WholeNumberOptions): TextSchema<number> {
  return z
    .string()
    .default(options.fallback)
    .transform((text, context) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
      if (value < options.min || value > options.max) {
        context.addIssue(`must be a whole number from ${options.min} to ${options.max}`);
        return z.NEVER;
      }
      return value;
    });
}

/** A time that is written as a whole number of seconds, and bounded so. The value is in milliseconds. */
export function secondsSchema(options: WholeNumberOptions): TextSchema<number> {
  return wholeNumberSchema(options).transform((seconds) => seconds * 1000);
}

/** One of some words; the error lists them as `a, b or c`. */
export function wordSchema<const W extends string>(
  words: readonly [W, ...W[]],
  fallback: NoInfer<W>,
): TextSchema<W> {
  // Built for an error alone: the first list of a process takes 20 ms.
  const error = () =>
    `must be ${new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(words)}`;
  return z.enum(words, { error }).default(() => fallback);
}

/** What a file holds. The file is read once, at the start. */
export function fileContentSchema<T>(parse: (path: string) => T): TextSchema<T | undefined> {
  return z
    .string()
    .transform(parsedText({ parse, prefix: "names a file that can't be used: " }))
    .optional();
}

/** The name of a file that `read` must accept when the program starts; the program reads it again later. */
export function checkedFileSchema(read: (path: string) => unknown): TextSchema<string | undefined> {
  return fileContentSchema((path) => {
    try {
      read(path);
    } catch (error) {
      throw new UserError(error instanceof Error ? error.message : String(error), { cause: error });
    }
    return path;
  });
}

export function absolutePathSchema(): TextSchema<string | undefined> {
  return z.string().startsWith('/', { error: 'must be an absolute path' }).optional();
}
