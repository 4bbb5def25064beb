// Lines and pieces of lines that are hard for whoever reads what PBot's users write.

import fc from 'fast-check';

/** Pieces that mean something to the parser, among others that do not. */
const telling = fc.constantFrom(
  '-lang=',
  '-lang ',
  '-vm=',
  '-info',
  '-paste',
  '-args ',
  '-args=',
  '-stdin ',
  '-stdin=',
  '-stdin',
  '-O2',
  ' ',
  '\t',
  '\n',
  '"',
  "'",
  '\\',
  '\\n',
  'a',
  'ü',
);
/** Any text, and texts of such pieces. */
export const anyLine = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(telling, { maxLength: 30 }).map((parts) => parts.join('')),
);

/** What sends a search with many beginnings and no end through the whole text, again and again. */
export const hardParts = [
  '\\"',
  '"',
  "'",
  '\\',
  '\\n',
  '"\\n',
  '-a ',
  ' ',
  '-stdin',
  '\'\\"',
  'a"',
  'a\'b"',
  '`',
  '\\`',
  ' -stdin ',
];

/** A text of about that length. */
export const repeated = (part: string, length: number) =>
  part.repeat(Math.floor(length / part.length));
