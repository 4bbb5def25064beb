// All languages, one file each. Written by `npm run language-list`.

import { c2x } from './c/c2x.js';
import { c11 } from './c/c11.js';
import { c89 } from './c/c89.js';
import { c99 } from './c/c99.js';
import { clang } from './c/clang.js';
import { clang2x } from './c/clang2x.js';
import { clang89 } from './c/clang89.js';
import { clang99 } from './c/clang99.js';
import { clangpp } from './c/clangpp.js';
import { cpp } from './c/cpp.js';
import { go } from './compiled/go.js';
import { awk } from './data/awk.js';
import { bc } from './data/bc.js';
import { brainfuck } from './esoteric/brainfuck.js';
import type { Language } from './language.js';
import { clisp } from './lisp/clisp.js';
import { sbcl } from './lisp/sbcl.js';
import { scheme } from './lisp/scheme.js';
import { prolog } from './logic/prolog.js';
import { javascript } from './scripting/javascript.js';
import { lua } from './scripting/lua.js';
import { perl } from './scripting/perl.js';
import { php } from './scripting/php.js';
import { python3 } from './scripting/python3.js';
import { ruby } from './scripting/ruby.js';
import { tcl } from './scripting/tcl.js';
import { bash } from './shells/bash.js';
import { fish } from './shells/fish.js';
import { ksh } from './shells/ksh.js';
import { mksh } from './shells/mksh.js';
import { sh } from './shells/sh.js';
import { zsh } from './shells/zsh.js';
import { clojure } from './virtual-machines/clojure.js';
import { csharp } from './virtual-machines/csharp.js';
import { elixir } from './virtual-machines/elixir.js';
import { erlang } from './virtual-machines/erlang.js';
import { groovy } from './virtual-machines/groovy.js';
import { java } from './virtual-machines/java.js';

export const allLanguages: readonly Language[] = [
  awk,
  bash,
  bc,
  brainfuck,
  c11,
  c2x,
  c89,
  c99,
  clang,
  clang2x,
  clang89,
  clang99,
  clangpp,
  clisp,
  clojure,
  cpp,
  csharp,
  elixir,
  erlang,
  fish,
  go,
  groovy,
  java,
  javascript,
  ksh,
  lua,
  mksh,
  perl,
  php,
  prolog,
  python3,
  ruby,
  sbcl,
  scheme,
  sh,
  tcl,
  zsh,
];
