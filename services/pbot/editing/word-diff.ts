// What two codes differ in, word by word.

import { diffArrays } from 'diff';
import { texts } from './texts.js';

/** Beyond so many words that differ, what stands between the first and the last of them is shown as one change. */
const maxEditLength = 500;

/** The newer text, with what has changed marked inside it. */
export function wordDiff(older: string, newer: string): string {
  if (older === newer) return texts.noDifference;
  return join(changesOf(words(older), words(newer)))
    .map(show)
    .join('');
}

interface Hunk {
  removed: string;
  inserted: string;
  /** Follows both. */
  kept: string;
}

function words(text: string): string[] {
  return text.match(/\w+|\s+|[^\w\s]/g) ?? [];
}

function changesOf(older: readonly string[], newer: readonly string[]): Hunk[] {
  const hunks: Hunk[] = [{ removed: '', inserted: '', kept: '' }];
  const changes = diffArrays([...older], [...newer], { maxEditLength }) ?? onePiece(older, newer);
  for (const { added, removed, value } of changes) {
    const text = value.join('');
    let hunk = hunks.at(-1);
    if (hunk === undefined || ((added || removed) && hunk.kept !== '')) {
      hunk = { removed: '', inserted: '', kept: '' };
      hunks.push(hunk);
    }
    if (added) hunk.inserted += text;
    else if (removed) hunk.removed += text;
    else hunk.kept += text;
  }
  return hunks;
}

interface Piece {
  readonly value: readonly string[];
  readonly added: boolean;
  readonly removed: boolean;
}

function onePiece(older: readonly string[], newer: readonly string[]): Piece[] {
  const shorter = Math.min(older.length, newer.length);
  let start = 0;
  while (start < shorter && older[start] === newer[start]) start += 1;
  let end = 0;
  while (end < shorter - start && older.at(-1 - end) === newer.at(-1 - end)) end += 1;
  return [
    { value: older.slice(0, start), added: false, removed: false },
    { value: older.slice(start, older.length - end), added: false, removed: true },
    { value: newer.slice(start, newer.length - end), added: true, removed: false },
    { value: newer.slice(newer.length - end), added: false, removed: false },
  ];
}

/** Changes with nothing but white space between them are one. */
function join(hunks: readonly Hunk[]): Hunk[] {
  const joined: Hunk[] = [];
  for (const hunk of hunks) {
    const last = joined.at(-1);
    const isReplacement = last !== undefined && last.removed !== '' && last.inserted !== '';
    if (isReplacement && hunk.removed !== '' && hunk.inserted !== '' && last.kept.trim() === '') {
      last.removed += last.kept + hunk.removed;
      last.inserted += last.kept + hunk.inserted;
      last.kept = hunk.kept;
    } else {
      joined.push({ ...hunk });
    }
  }
  return joined;
}

function show({ removed, inserted, kept }: Hunk): string {
  if (removed !== '' && inserted !== '') return `\`replaced ${removed} with ${inserted}\`${kept}`;
  if (removed !== '') return marked('removed', removed) + kept;
  return (inserted === '' ? '' : marked('inserted', inserted)) + kept;
}

/** White space around a change stays outside of its mark, so that words stand apart. */
function marked(what: string, text: string): string {
  const inner = text.trim();
  if (inner === '') return `\`${what} ${text}\``;
  const start = text.indexOf(inner);
  return `${text.slice(0, start)}\`${what} ${inner}\`${text.slice(start + inner.length)}`;
}
