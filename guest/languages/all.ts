// All languages, one file each. Written by `npm run language-list`.

import { yabasic } from './basic/yabasic.js';
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
import { tcc } from './c/tcc.js';
import { ada } from './compiled/ada.js';
import { algol68 } from './compiled/algol68.js';
import { cobol } from './compiled/cobol.js';
import { d } from './compiled/d.js';
import { fortran } from './compiled/fortran.js';
import { go } from './compiled/go.js';
import { haskell } from './compiled/haskell.js';
import { nasm } from './compiled/nasm.js';
import { ocaml } from './compiled/ocaml.js';
import { pascal } from './compiled/pascal.js';
import { rust } from './compiled/rust.js';
import { vala } from './compiled/vala.js';
import { awk } from './data/awk.js';
import { bc } from './data/bc.js';
import { dc } from './data/dc.js';
import { jq } from './data/jq.js';
import { jsonnet } from './data/jsonnet.js';
import { m4 } from './data/m4.js';
import { make } from './data/make.js';
import { mawk } from './data/mawk.js';
import { sqlite } from './data/sqlite.js';
import { brainfuck } from './esoteric/brainfuck.js';
import type { Language } from './language.js';
import { chicken } from './lisp/chicken.js';
import { clisp } from './lisp/clisp.js';
import { ecl } from './lisp/ecl.js';
import { gauche } from './lisp/gauche.js';
import { sbcl } from './lisp/sbcl.js';
import { scheme } from './lisp/scheme.js';
import { gprolog } from './logic/gprolog.js';
import { prolog } from './logic/prolog.js';
import { gap } from './mathematics/gap.js';
import { octave } from './mathematics/octave.js';
import { r } from './mathematics/r.js';
import { coffeescript } from './scripting/coffeescript.js';
import { icon } from './scripting/icon.js';
import { javascript } from './scripting/javascript.js';
import { lua } from './scripting/lua.js';
import { lua51 } from './scripting/lua51.js';
import { lua53 } from './scripting/lua53.js';
import { luajit } from './scripting/luajit.js';
import { micropython } from './scripting/micropython.js';
import { perl } from './scripting/perl.js';
import { php } from './scripting/php.js';
import { pypy3 } from './scripting/pypy3.js';
import { python3 } from './scripting/python3.js';
import { quickjs } from './scripting/quickjs.js';
import { raku } from './scripting/raku.js';
import { rexx } from './scripting/rexx.js';
import { ruby } from './scripting/ruby.js';
import { tcl } from './scripting/tcl.js';
import { typescript } from './scripting/typescript.js';
import { bash } from './shells/bash.js';
import { fish } from './shells/fish.js';
import { ksh } from './shells/ksh.js';
import { mksh } from './shells/mksh.js';
import { rc } from './shells/rc.js';
import { sh } from './shells/sh.js';
import { tcsh } from './shells/tcsh.js';
import { zsh } from './shells/zsh.js';
import { clojure } from './virtual-machines/clojure.js';
import { csharp } from './virtual-machines/csharp.js';
import { elixir } from './virtual-machines/elixir.js';
import { erlang } from './virtual-machines/erlang.js';
import { groovy } from './virtual-machines/groovy.js';
import { java } from './virtual-machines/java.js';

/** By name. */
export const allLanguages: readonly Language[] = [
  ada,
  algol68,
  awk,
  bash,
  bc,
  brainfuck,
  cpp,
  c11,
  c2x,
  c89,
  c99,
  chicken,
  clang,
  clangpp,
  clang2x,
  clang89,
  clang99,
  clisp,
  clojure,
  cobol,
  coffeescript,
  csharp,
  d,
  dc,
  ecl,
  elixir,
  erlang,
  fish,
  fortran,
  gap,
  gauche,
  go,
  gprolog,
  groovy,
  haskell,
  icon,
  java,
  javascript,
  jq,
  jsonnet,
  ksh,
  lua,
  lua51,
  lua53,
  luajit,
  m4,
  make,
  mawk,
  micropython,
  mksh,
  nasm,
  ocaml,
  octave,
  pascal,
  perl,
  php,
  prolog,
  pypy3,
  python3,
  quickjs,
  r,
  raku,
  rc,
  rexx,
  ruby,
  rust,
  sbcl,
  scheme,
  sh,
  sqlite,
  tcc,
  tcl,
  tcsh,
  typescript,
  vala,
  yabasic,
  zsh,
];
