// The replaces and removes of a chain: literal texts, found as whole words.

import type { Change } from './chain.js';
import { type Changed, maxCodeLength, type WorkLimit } from './substitution.js';
import { texts } from './texts.js';

export type Replacement = Extract<Change, { kind: 'replace' }>;

/** Those of one text are applied together, so that their numbers count on the text that was before all of them. */
export function replaceAll(
  code: string,
  replacements: readonly Replacement[],
  limit: WorkLimit,
): Changed {
  let changed = code;
  for (const from of new Set(replacements.map((each) => each.from))) {
    const group = replacements.filter((each) => each.from === from);
    const found = occurrences(changed, from, limit);
    if (found === undefined) return { kind: 'unchanged', text: texts.tooMuchWork };
    const replaced = new Map<number, string>();
    for (const { which, to } of group) {
      const chosen = choose(found, which);
      if (chosen.length === 0) return { kind: 'unchanged', text: texts.noReplacements };
      for (const position of chosen) replaced.set(position, to);
    }
    let end = 0;
    const pieces: string[] = [];
    let length = 0;
    for (const position of found) {
      const to = replaced.get(position) ?? from;
      length += position - end + to.length;
      if (length > maxCodeLength) return { kind: 'unchanged', text: texts.tooLong };
      pieces.push(changed.slice(end, position), to);
      end = position + from.length;
    }
    changed = pieces.join('') + changed.slice(end);
  }
  return { kind: 'changed', code: changed };
}

function choose(found: readonly number[], which: Replacement['which']): readonly number[] {
  if (which === 'all') return found;
  if (which === 'last') return found.slice(-1);
  return found.slice(which - 1, which);
}

/**
 * Where a text stands alone. Where it begins or ends with a word's character, no such character may be beside it.
 * Undefined where that takes too long.
 */
function occurrences(code: string, text: string, limit: WorkLimit): number[] | undefined {
  const found: number[] = [];
  if (text === '') return found;
  const hasWordStart = isWordCharacter(text[0]);
  const hasWordEnd = isWordCharacter(text.at(-1));
  let position = code.indexOf(text);
  while (position >= 0) {
    if (limit.isReached) return undefined;
    const end = position + text.length;
    const isBound =
      !(hasWordStart && isWordCharacter(code[position - 1])) &&
      !(hasWordEnd && isWordCharacter(code[end]));
    if (isBound) found.push(position);
    position = code.indexOf(text, isBound ? end : position + 1);
  }
  return found;
}

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && /^\w$/.test(character);
}
