// The C languages as PBot's users know them: their names, standards and options, in both revisions of PBot.

import type { Revision } from '../revision.js';
import type { Standard } from './headers/headers.js';

export interface CModule {
  /** As users see it. */
  readonly name: string;
  /** The language of the guest that compiles it. */
  readonly language: 'c11' | 'clang' | 'c++' | 'clang++';
  readonly family: 'c' | 'c++';
  readonly standard: Standard;
  /** Unless the user gives others. */
  readonly defaultOptions: readonly string[];
  /** In front of all others, whoever gives those. */
  readonly debugOptions: readonly string[];
  /** Keeps the compiler from showing lines of the source. */
  readonly withoutExcerpts: string;
}

/** @returns undefined where the name is of no C language */
export function cModule(name: string, revision: Revision): CModule | undefined {
  const plain = aliasesOf(revision).get(name) ?? name;
  const row = rows.find((each) => each.name === plain);
  if (row === undefined) return undefined;
  const { compiler, standard } = row;
  return {
    name: row.name,
    language: languages[compiler],
    family: standard === 'c++14' ? 'c++' : 'c',
    standard,
    defaultOptions: optionsOf(row, revision),
    debugOptions: standard === 'c++14' ? ['-ggdb', '-g3'] : ['-gdwarf-2', '-g3'],
    withoutExcerpts: isClang(compiler) ? '-fno-caret-diagnostics' : '-fno-diagnostics-show-caret',
  };
}

interface Row {
  readonly name: string;
  readonly compiler: 'gcc' | 'g++' | 'clang' | 'clang++';
  readonly standard: Standard;
  readonly checks: readonly string[];
}

const gccChecks = ['-fsanitize=alignment,undefined'];
const clangChecks = ['-fsanitize=integer,undefined,alignment'];
const useAfterScope = '-fsanitize-address-use-after-scope';
const framePointer = '-fno-omit-frame-pointer';

const rows: readonly Row[] = [
  { name: 'c89', compiler: 'gcc', standard: 'c89', checks: gccChecks },
  { name: 'c99', compiler: 'gcc', standard: 'c99', checks: gccChecks },
  {
    name: 'c11',
    compiler: 'gcc',
    standard: 'c11',
    checks: [...gccChecks, useAfterScope, framePointer],
  },
  {
    name: 'c2x',
    compiler: 'gcc',
    standard: 'c2x',
    checks: [...gccChecks, useAfterScope, framePointer],
  },
  { name: 'clang89', compiler: 'clang', standard: 'c89', checks: clangChecks },
  { name: 'clang99', compiler: 'clang', standard: 'c99', checks: clangChecks },
  {
    name: 'clang11',
    compiler: 'clang',
    standard: 'c11',
    checks: [...clangChecks, useAfterScope, framePointer],
  },
  { name: 'clang2x', compiler: 'clang', standard: 'c2x', checks: [...clangChecks, framePointer] },
  { name: 'c++', compiler: 'g++', standard: 'c++14', checks: gccChecks },
  { name: 'clang++', compiler: 'clang++', standard: 'c++14', checks: clangChecks },
];

const languages = { gcc: 'c11', 'g++': 'c++', clang: 'clang', 'clang++': 'clang++' } as const;

function aliasesOf(revision: Revision): ReadonlyMap<string, string> {
  const [gcc, clang] = revision === 'head' ? ['c2x', 'clang2x'] : ['c11', 'clang11'];
  return new Map([
    ['c', gcc],
    ['cc', gcc],
    ['gcc', gcc],
    ['clang', clang],
    ['cpp', 'c++'],
    ['g++', 'c++'],
    ['clangpp', 'clang++'],
  ]);
}

function optionsOf({ compiler, standard, checks }: Row, revision: Revision): readonly string[] {
  // Clang's -Wno-unused is not for parameters, such as those of a main that was made.
  const ofParameters = isClang(compiler) ? ['-Wno-unused-parameter'] : [];
  const unused =
    revision === 'head'
      ? ['-Wno-unused-parameter', '-Wno-unused-variable']
      : ['-Wno-unused', ...ofParameters];
  const warnings = ['-Wextra', '-Wall', ...unused, '-pedantic', '-Wfloat-equal', '-Wshadow'];
  const others = ['-lm', '-Wfatal-errors', ...checks];
  return standard === 'c++14'
    ? [`-std=${standard}`, ...warnings, ...others]
    : [...warnings, `-std=${standard}`, ...others];
}

function isClang(compiler: Row['compiler']): boolean {
  return compiler.startsWith('clang');
}
