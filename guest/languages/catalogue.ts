// The list of all languages, and which of them a machine gets.

import { awk } from './awk.js';
import { bash } from './bash.js';
import { bc } from './bc.js';
import { brainfuck } from './brainfuck.js';
import { c2x } from './c2x.js';
import { c11 } from './c11.js';
import { c89 } from './c89.js';
import { c99 } from './c99.js';
import { clang } from './clang.js';
import { clang2x } from './clang2x.js';
import { clang89 } from './clang89.js';
import { clang99 } from './clang99.js';
import { clangpp } from './clangpp.js';
import { clisp } from './clisp.js';
import { cpp } from './cpp.js';
import { fish } from './fish.js';
import { go } from './go.js';
import { javascript } from './javascript.js';
import { ksh } from './ksh.js';
import { type Language, profiles } from './language.js';
import { lua } from './lua.js';
import { mksh } from './mksh.js';
import { perl } from './perl.js';
import { php } from './php.js';
import { prolog } from './prolog.js';
import { python3 } from './python3.js';
import { ruby } from './ruby.js';
import { scheme } from './scheme.js';
import { sh } from './sh.js';
import { tcl } from './tcl.js';
import { zsh } from './zsh.js';

/** Every language that pbot-vm knows. Names and aliases are unique. */
export const catalogue: readonly Language[] = [
  awk,
  bash,
  bc,
  brainfuck,
  c11,
  c2x,
  c89,
  c99,
  cpp,
  clang,
  clang2x,
  clang89,
  clang99,
  clangpp,
  clisp,
  fish,
  go,
  javascript,
  ksh,
  lua,
  mksh,
  perl,
  php,
  prolog,
  python3,
  ruby,
  scheme,
  sh,
  tcl,
  zsh,
];

/**
 * The languages of a profile, or those that are named, by blank or comma. `unknown`: the first word that is none.
 */
export function chooseLanguages(text: string): { chosen: Language[] } | { unknown: string } {
  const rank = (profile: string) => profiles.findIndex((each) => each === profile);
  if (rank(text) !== -1) {
    return { chosen: catalogue.filter(({ profile }) => rank(profile) <= rank(text)) };
  }
  const chosen = new Set<Language>();
  for (const word of text.split(/[ ,]+/).filter((each) => each !== '')) {
    const language = catalogue.find(({ name, aliases }) => name === word || aliases.includes(word));
    if (language === undefined) return { unknown: word };
    chosen.add(language);
  }
  return { chosen: [...chosen] };
}
