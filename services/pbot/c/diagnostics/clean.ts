// Shortens messages of compilers, linkers, sanitizers and debuggers to what somebody on IRC wants to read.

import { binaryNote, compilerRules } from './compiler-rules.js';
import { linkerRules } from './linker-rules.js';
import type { Rule } from './rule.js';
import { runtimeRules } from './runtime-rules.js';

export interface HowToClean {
  /** The name of the file that was compiled. */
  readonly sourceFile: string;
  /** The reader has the source: numbers of lines and excerpts stay. */
  readonly keepsLines: boolean;
}

/** Applies all rules, each once over the whole text. */
export function cleanDiagnostics(text: string, { sourceFile, keepsLines }: HowToClean): string {
  let cleaned = text;
  for (const { pattern, replacement, onlyWithoutLines } of rulesFor(sourceFile)) {
    if (keepsLines && onlyWithoutLines === true) continue;
    cleaned = cleaned.replace(pattern, replacement);
  }
  return onceOnly(cleaned).trimEnd();
}

/** All rules in the order in which they are applied. */
export function rulesFor(sourceFile: string): readonly Rule[] {
  const name = sourceFile.replace(/[^\w/]/g, String.raw`\$&`);
  const source = String.raw`(?:[^\s:]*\/)?${name}`;
  return [...runtimeRules(source), ...linkerRules, ...compilerRules(source)];
}

/** The note on `%b` is said once. */
function onceOnly(text: string): string {
  const [first, ...others] = text.split(`${binaryNote}\n`);
  return others.length === 0 ? text : `${first ?? ''}${binaryNote}\n${others.join('')}`;
}
