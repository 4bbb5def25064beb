// The list of all languages.

import { bash } from './bash.js';
import { c11 } from './c11.js';
import { clang } from './clang.js';
import { cpp } from './cpp.js';
import { go } from './go.js';
import { javascript } from './javascript.js';
import type { Language } from './language.js';
import { lua } from './lua.js';
import { perl } from './perl.js';
import { python3 } from './python3.js';
import { sh } from './sh.js';

/** Every language that pbot-vm knows. Names and aliases are unique. */
export const catalogue: readonly Language[] = [
  bash,
  c11,
  cpp,
  clang,
  go,
  javascript,
  lua,
  perl,
  python3,
  sh,
];
