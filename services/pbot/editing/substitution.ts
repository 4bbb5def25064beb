// One s///: a regular expression on a code, by an engine that takes linear time for any expression.

import { RE2JS, RE2JSException } from 're2js';
import { texts } from './texts.js';

export interface Substitution {
  readonly pattern: string;
  /** `$1` to `$9`, `` $` `` and `$'` stand for what was matched and for what is around it. */
  readonly replacement: string;
  /** `i` and `g`. */
  readonly flags: string;
}

/** A code, or why there is none. */
export type Changed =
  | { readonly kind: 'changed'; readonly code: string }
  | { readonly kind: 'unchanged'; readonly text: string };

/** To compile an expression takes time too, more for one that repeats a part. */
const maxPatternLength = 1000;

/** What one search may take: instructions of the expression's program, times characters. */
const maxSearchWork = 10_000_000;

/** A chain that has taken longer is given up. */
const maxChainMs = 500;

/** A replacement may repeat the whole code, and steps of a chain may double it. */
export const maxCodeLength = 1_000_000;

/** Ends the searches of a chain that take too long together. With g, each search is linear, but all of them may not be. */
export class WorkLimit {
  readonly #nowMs: () => number;
  readonly #endMs: number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#endMs = nowMs() + maxChainMs;
  }

  get isReached(): boolean {
    return this.#nowMs() > this.#endMs;
  }
}

export function substitute(code: string, wanted: Substitution, limit: WorkLimit): Changed {
  if (wanted.pattern.length > maxPatternLength || limit.isReached) return tooMuchWork;
  let expression: RE2JS;
  try {
    const flags = wanted.flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0;
    expression = RE2JS.compile(wanted.pattern, flags);
  } catch (error) {
    if (error instanceof RE2JSException) return { kind: 'unchanged', text: error.message };
    throw error;
  }
  if (expression.programSize() * code.length > maxSearchWork) return tooMuchWork;
  const matcher = expression.matcher(code);
  const pieces = readReplacement(wanted.replacement);
  let changed = '';
  let end = 0;
  let isFound = false;
  do {
    if (limit.isReached) return tooMuchWork;
    if (!matcher.find()) break;
    isFound = true;
    const match = {
      before: code.slice(0, matcher.start()),
      after: code.slice(matcher.end()),
      group: (index: number) => (index <= matcher.groupCount() ? (matcher.group(index) ?? '') : ''),
    };
    changed += code.slice(end, matcher.start()) + fill(pieces, match);
    end = matcher.end();
    if (changed.length > maxCodeLength) return { kind: 'unchanged', text: texts.tooLong };
  } while (wanted.flags.includes('g'));
  if (!isFound) return { kind: 'unchanged', text: texts.noSubstitutions };
  changed += code.slice(end);
  if (changed.length > maxCodeLength) return { kind: 'unchanged', text: texts.tooLong };
  return { kind: 'changed', code: changed };
}

const tooMuchWork: Changed = { kind: 'unchanged', text: texts.tooMuchWork };

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'group'; readonly index: number }
  | { readonly kind: 'before' | 'after' };

interface Match {
  readonly before: string;
  readonly after: string;
  group(index: number): string;
}

function readReplacement(replacement: string): Piece[] {
  return replacement.split(/(\$[1-9`'])/).map((part): Piece => {
    if (part === '$`') return { kind: 'before' };
    if (part === "$'") return { kind: 'after' };
    if (/^\$[1-9]$/.test(part)) return { kind: 'group', index: Number(part[1]) };
    return { kind: 'text', text: part };
  });
}

function fill(pieces: readonly Piece[], match: Match): string {
  let filled = '';
  for (const piece of pieces) {
    if (piece.kind === 'text') filled += piece.text;
    else if (piece.kind === 'group') filled += match.group(piece.index);
    else filled += match[piece.kind];
    // The caller sees that it is too long.
    if (filled.length > maxCodeLength) break;
  }
  return filled;
}
