// Makes text safe for IRC: no control character reaches it but line ends, tabs and the codes of its own formats.

import { trimEnd } from '../white-space.js';

/**
 * What a terminal would make of a text, as plain text: backspaces and carriage returns are carried out, a bell is a word, and any other
 * control character is shown. White space at the end goes.
 *
 * @param bell the word for one bell
 */
export function safeText(text: string, bell: () => string): string {
  const lines = text.replace(/\r\n?/g, '\n');
  const overwritten = lines.includes('\b') ? lines.split('\n').map(overwrite).join('\n') : lines;
  return trimEnd(overwritten.replace(controls, (control) => shown(control, bell)));
}

/** One of PBot's words for a bell. */
export function bellWord(random: number): string {
  return bells[Math.floor(random * bells.length)] ?? '*BEEP*';
}

const bells = [
  '*BEEP*',
  '*BING*',
  '*DING*',
  '*DONG*',
  '*CLUNK*',
  '*BONG*',
  '*PING*',
  '*BOOP*',
  '*BLIP*',
  '*BOP*',
  '*WHIRR*',
] as const;

/**
 * Those of C0 and C1, and delete. Tab, line feed and IRC's bold, color, reset, monospace, italics, strikethrough and underline are none
 * of them.
 */
const controls = new RegExp(String.raw`[\x00\x01\x04-\x08\x0b-\x0e\x10\x12-\x1c\x7f-\x9f]`, 'g');

function shown(control: string, bell: () => string): string {
  switch (control) {
    case '\x07':
      return bell();
    case '\x1b':
      return '<esc>';
    case '\f':
      return '<ff>';
    default: {
      const code = control.charCodeAt(0).toString(16).toUpperCase();
      return control < '\x80' ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
    }
  }
}

/** A backspace goes one character back, and the next character takes the place of the one there, as on a terminal. */
function overwrite(line: string): string {
  const cells: string[] = [];
  let column = 0;
  for (const [cell] of line.matchAll(characters)) {
    if (cell === '\b') {
      column = Math.max(0, column - 1);
    } else {
      cells[column] = cell;
      column += 1;
    }
  }
  return cells.join('');
}

/** A character with the marks that combine with it. */
const characters = /\P{M}\p{M}*|\p{M}+/gsu;
