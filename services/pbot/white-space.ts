// White space as PBot's users know it: that of ASCII. A no-break space is text.

/** What `\s` should be in a regular expression of this folder. */
export const blank = String.raw`[ \t\n\v\f\r]`;

/** The opposite of `blank`. */
export const visible = String.raw`[^ \t\n\v\f\r]`;

/** A text without white space at both ends. */
export function trim(text: string): string {
  return trimStart(trimEnd(text));
}

export function trimStart(text: string): string {
  let start = 0;
  while (isBlank(text.charCodeAt(start))) start += 1;
  return text.slice(start);
}

export function trimEnd(text: string): string {
  let end = text.length;
  while (isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** Whether a UTF-16 unit is white space. Tab, line feed, vertical tab, form feed and carriage return are in a row. */
export function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}
