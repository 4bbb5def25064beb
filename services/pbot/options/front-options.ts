// The options in front of everything else: the language and the machine.

import type { Revision } from '../revision.js';
import { blank, trimStart, visible } from '../white-space.js';
import { wordsOf } from './words.js';

export interface FrontOptions {
  /** Lower case. */
  readonly language?: string;
  readonly machine?: string;
  /** What is left, without white space at its start. */
  readonly code: string;
}

/**
 * Takes `-lang=X` and the others off the front, in any order; the last of each counts. The client of 2022 found `-lang=X` anywhere,
 * also at the end of the code.
 */
export function takeFrontOptions(code: string, revision: Revision): FrontOptions {
  let rest = trimStart(code);
  const found: { language?: string; machine?: string } = {};
  for (let match = frontOption.exec(rest); match !== null; match = frontOption.exec(rest)) {
    rest = rest.slice(match[0].length);
    const { language, machine } = match.groups ?? {};
    if (language !== undefined) found.language = language.toLowerCase();
    if (machine !== undefined) found.machine = machine.toLowerCase();
  }
  if (revision === 'head' || found.language !== undefined) return { ...found, code: rest };
  return { ...found, ...takeLanguage(rest) };
}

/** The other options name ways to reach a machine, or revert it: that is the operator's business, and they have no effect. */
const frontOption = new RegExp(
  `^-(?:lang(?:=|${blank}+)(?<language>${visible}+)|vm=(?<machine>${visible}+)` +
    `|(?:vm-domain|vm-health|vm-cid|vm-vport|vm-serial|vm-addr|vm-vagrant|revert|health)=${visible}+)` +
    `(?:${blank}+|$)`,
);

function takeLanguage(code: string): { language?: string; code: string } {
  for (const { text, start, end } of wordsOf(code)) {
    const language = /^-lang=(.+)$/s.exec(text)?.[1];
    if (language === undefined) continue;
    const rest = `${code.slice(0, start)}${trimStart(code.slice(end))}`;
    return { language: language.toLowerCase(), code: rest };
  }
  return { code };
}
