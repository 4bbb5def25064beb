// Bounds an answer: PBot makes use of 32 KiB, and shows one line of IRC.

import { brokenEndBytes } from './cut-text.js';

const maxBytes = 32 * 1024;

/** Room for the note. */
const noteBytes = 64;

/** A text of at most 32 KiB, cut after a whole character, with a note of what is left out. */
export function boundedText(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  const cut = bytes.subarray(0, maxBytes - noteBytes);
  const kept = cut.subarray(0, cut.length - brokenEndBytes(cut));
  return `${kept.toString('utf8')}\n[${bytes.length - kept.length} bytes left out]`;
}
