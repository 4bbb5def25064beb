// Does a chain of editing commands on the codes of a channel.

import { type BadChain, type Chain, type Change, readChain, type Start } from './chain.js';
import { type Replacement, replaceAll } from './replacement.js';
import { type Changed, maxCodeLength, substitute, WorkLimit } from './substitution.js';
import { texts } from './texts.js';
import { wordDiff } from './word-diff.js';

/** The codes that a chain works on, of one language. */
export interface EditContext {
  /** Those of the channel, newest first. */
  readonly own: readonly string[];
  /** Those of another channel or nick. Undefined where it has none, or none that this user may see. */
  readonly buffer: (name: string) => readonly string[] | undefined;
  readonly nowMs: () => number;
}

export type EditOutcome =
  /** The code is new: there is no editing command in it. */
  | { readonly kind: 'none' }
  /** The text is the answer. */
  | ({ readonly kind: 'say'; readonly text: string } & HistoryChange)
  | ({ readonly kind: 'run'; readonly code: string; readonly paste: boolean } & HistoryChange);

/** What changes in the history of the channel. */
interface HistoryChange {
  /** Entries to drop for good, the newest first. They go before others are stored. */
  readonly drop: number;
  /** Newest last. */
  readonly store: readonly string[];
}

/** What a user wrote, as an editing command. */
export function edit(code: string, context: EditContext): EditOutcome {
  const chain = readChain(code);
  return chain === undefined ? { kind: 'none' } : applyChain(chain, context);
}

/** The other buffers that a chain reads. */
export function buffersOf(chain: Chain | BadChain): string[] {
  if (chain.kind === 'bad') return [];
  const { start, end } = chain;
  return [
    ...(start?.kind === 'copy' ? [start.buffer] : []),
    ...(end !== undefined && end.kind !== 'run' && end.buffer !== undefined ? [end.buffer] : []),
  ];
}

export function applyChain(
  chain: Chain | BadChain,
  context: EditContext,
): Exclude<EditOutcome, { kind: 'none' }> {
  if (chain.kind === 'bad') return answer(chain.text);
  const { start, changes, end, options } = chain;
  if (end?.kind === 'show') {
    const shown = end.buffer === undefined ? context.own : context.buffer(end.buffer);
    return answer(shown?.[0] ?? texts.nothingToShow);
  }
  const begun = begin(start, context);
  if (begun.kind === 'unchanged') return answer(begun.text);
  const { drop, copied, newest } = begun;
  const changed = changes.length > 0 ? applyChanges(newest, changes, context.nowMs) : undefined;
  if (changed?.kind === 'unchanged') return answer(changed.text);
  const results = changed === undefined ? [] : [changed.code];
  const store = [...copied, ...results];
  if (end?.kind === 'diff') {
    const own = [...store.toReversed(), ...context.own.slice(drop)];
    const [newer, older] = end.buffer === undefined ? own : (context.buffer(end.buffer) ?? []);
    const isEnough = newer !== undefined && older !== undefined;
    return answer(isEnough ? wordDiff(older, newer) : texts.nothingToDiff, { drop, store });
  }
  const word = end?.word;
  const code = changed === undefined ? newest : changed.code;
  if (code === undefined) return answer(texts.nothingTo(word ?? 'run'));
  if (word === undefined && changed === undefined) return answer(code, { drop, store });
  const paste = word === 'paste';
  return { kind: 'run', code: options + code, paste, drop, store: changed ? store : [] };
}

function answer(
  text: string,
  { drop, store }: HistoryChange = { drop: 0, store: [] },
): Extract<EditOutcome, { kind: 'say' }> {
  return { kind: 'say', text, drop, store };
}

type Begun =
  | {
      readonly kind: 'begun';
      readonly newest: string | undefined;
      readonly drop: number;
      readonly copied: readonly string[];
    }
  | { readonly kind: 'unchanged'; readonly text: string };

function begin(start: Start | undefined, { own, buffer }: EditContext): Begun {
  if (start === undefined) return { kind: 'begun', newest: own[0], drop: 0, copied: [] };
  if (start.kind === 'undo') {
    const newest = own[start.count];
    if (newest === undefined) return { kind: 'unchanged', text: texts.noUndos };
    return { kind: 'begun', newest, drop: start.count, copied: [] };
  }
  const newest = buffer(start.buffer)?.[0];
  if (newest === undefined) return { kind: 'unchanged', text: texts.noHistory(start.buffer) };
  return { kind: 'begun', newest, drop: 0, copied: [newest] };
}

/** Replaces and removes come after all others. */
function applyChanges(
  code: string | undefined,
  changes: readonly Change[],
  nowMs: () => number,
): Changed {
  const [first] = changes;
  if (code === undefined) return { kind: 'unchanged', text: nothingToChange(first) };
  const limit = new WorkLimit(nowMs);
  const replacements: Replacement[] = [];
  let current = code;
  for (const change of changes) {
    if (change.kind === 'replace') {
      replacements.push(change);
      continue;
    }
    const changed =
      change.kind === 'substitute'
        ? substitute(current, change, limit)
        : added(current, change, limit);
    if (changed.kind === 'unchanged') return changed;
    current = changed.code;
  }
  return replaceAll(current, replacements, limit);
}

function nothingToChange(change: Change | undefined): string {
  if (change?.kind === 'prepend' || change?.kind === 'append') {
    return texts.nothingToAddTo(change.kind);
  }
  return texts.nothingToChange;
}

function added(
  code: string,
  { kind, text }: Extract<Change, { kind: 'prepend' | 'append' }>,
  limit: WorkLimit,
): Changed {
  if (limit.isReached) return { kind: 'unchanged', text: texts.tooMuchWork };
  if (code.length + text.length >= maxCodeLength) {
    return { kind: 'unchanged', text: texts.tooLong };
  }
  return { kind: 'changed', code: kind === 'prepend' ? `${text} ${code}` : `${code} ${text}` };
}
