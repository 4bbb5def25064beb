// Bytes of a program as text. What is no UTF-8 is shown byte by byte.

import { isUtf8 } from 'node:buffer';
import { characterLength } from './cut-text.js';

/** The text of bytes; each byte that belongs to no character is `\xNN`. */
export function decodedText(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return Buffer.from(bytes).toString('utf8');
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes[at] ?? 0);
    if (isUtf8(bytes.subarray(at, at + length)) && at + length <= bytes.length) {
      at += length;
      continue;
    }
    const hex = (bytes[at] ?? 0).toString(16).toUpperCase();
    parts.push(Buffer.from(bytes.subarray(start, at)).toString('utf8'), `\\x${hex}`);
    at += 1;
    start = at;
  }
  parts.push(Buffer.from(bytes.subarray(start)).toString('utf8'));
  return parts.join('');
}
