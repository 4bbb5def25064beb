// All languages, one file each. Written by `npm run language-list`.

import { gas } from './assembler/gas.js';
import { nasm } from './assembler/nasm.js';
import { yasm } from './assembler/yasm.js';
import { gambas } from './basic/gambas.js';
import { pforth } from './basic/pforth.js';
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
import { pcc } from './c/pcc.js';
import { tcc } from './c/tcc.js';
import { ada } from './compiled/ada.js';
import { algol68 } from './compiled/algol68.js';
import { ats } from './compiled/ats.js';
import { cobol } from './compiled/cobol.js';
import { d } from './compiled/d.js';
import { fortran } from './compiled/fortran.js';
import { fortran77 } from './compiled/fortran77.js';
import { gccgo } from './compiled/gccgo.js';
import { gdc } from './compiled/gdc.js';
import { go } from './compiled/go.js';
import { hare } from './compiled/hare.js';
import { haskell } from './compiled/haskell.js';
import { lfortran } from './compiled/lfortran.js';
import { modula2 } from './compiled/modula2.js';
import { ocaml } from './compiled/ocaml.js';
import { pascal } from './compiled/pascal.js';
import { rust } from './compiled/rust.js';
import { vala } from './compiled/vala.js';
import { awk } from './data/awk.js';
import { bc } from './data/bc.js';
import { dc } from './data/dc.js';
import { dhall } from './data/dhall.js';
import { groff } from './data/groff.js';
import { jq } from './data/jq.js';
import { jsonnet } from './data/jsonnet.js';
import { m4 } from './data/m4.js';
import { make } from './data/make.js';
import { mawk } from './data/mawk.js';
import { originalAwk } from './data/original-awk.js';
import { postscript } from './data/postscript.js';
import { sqlite } from './data/sqlite.js';
import { xslt } from './data/xslt.js';
import { brainfuck } from './esoteric/brainfuck.js';
import { intercal } from './esoteric/intercal.js';
import { verilog } from './hardware/verilog.js';
import { vhdl } from './hardware/vhdl.js';
import { coffeescript } from './javascript/coffeescript.js';
import { duktape } from './javascript/duktape.js';
import { gjs } from './javascript/gjs.js';
import { javascript } from './javascript/javascript.js';
import { mujs } from './javascript/mujs.js';
import { quickjs } from './javascript/quickjs.js';
import { tsNode } from './javascript/ts-node.js';
import { typescript } from './javascript/typescript.js';
import type { Language } from './language.js';
import { clisp } from './lisp/clisp.js';
import { ecl } from './lisp/ecl.js';
import { emacsLisp } from './lisp/emacs-lisp.js';
import { newlisp } from './lisp/newlisp.js';
import { picolisp } from './lisp/picolisp.js';
import { rep } from './lisp/rep.js';
import { sbcl } from './lisp/sbcl.js';
import { elpi } from './logic/elpi.js';
import { gprolog } from './logic/gprolog.js';
import { minizinc } from './logic/minizinc.js';
import { prolog } from './logic/prolog.js';
import { promela } from './logic/promela.js';
import { z3 } from './logic/z3.js';
import { fennel } from './lua/fennel.js';
import { lua } from './lua/lua.js';
import { lua51 } from './lua/lua51.js';
import { lua53 } from './lua/lua53.js';
import { luajit } from './lua/luajit.js';
import { gap } from './mathematics/gap.js';
import { gnuplot } from './mathematics/gnuplot.js';
import { numbat } from './mathematics/numbat.js';
import { octave } from './mathematics/octave.js';
import { pari } from './mathematics/pari.js';
import { r } from './mathematics/r.js';
import { yacas } from './mathematics/yacas.js';
import { cython } from './python/cython.js';
import { hy } from './python/hy.js';
import { micropython } from './python/micropython.js';
import { pypy3 } from './python/pypy3.js';
import { python3 } from './python/python3.js';
import { snek } from './python/snek.js';
import { chez } from './scheme/chez.js';
import { chicken } from './scheme/chicken.js';
import { gauche } from './scheme/gauche.js';
import { mitScheme } from './scheme/mit-scheme.js';
import { racket } from './scheme/racket.js';
import { scheme } from './scheme/scheme.js';
import { scheme9 } from './scheme/scheme9.js';
import { schemeScm } from './scheme/scm.js';
import { sigscheme } from './scheme/sigscheme.js';
import { tinyscheme } from './scheme/tinyscheme.js';
import { haxe } from './scripting/haxe.js';
import { icon } from './scripting/icon.js';
import { neko } from './scripting/neko.js';
import { nickle } from './scripting/nickle.js';
import { perl } from './scripting/perl.js';
import { php } from './scripting/php.js';
import { pike } from './scripting/pike.js';
import { raku } from './scripting/raku.js';
import { rexx } from './scripting/rexx.js';
import { ruby } from './scripting/ruby.js';
import { slang } from './scripting/slang.js';
import { squirrel } from './scripting/squirrel.js';
import { surgescript } from './scripting/surgescript.js';
import { bash } from './shells/bash.js';
import { elvish } from './shells/elvish.js';
import { execline } from './shells/execline.js';
import { fish } from './shells/fish.js';
import { ksh } from './shells/ksh.js';
import { mksh } from './shells/mksh.js';
import { rc } from './shells/rc.js';
import { sh } from './shells/sh.js';
import { tcsh } from './shells/tcsh.js';
import { xonsh } from './shells/xonsh.js';
import { zsh } from './shells/zsh.js';
import { expect } from './tcl/expect.js';
import { jim } from './tcl/jim.js';
import { tcl } from './tcl/tcl.js';
import { tcl9 } from './tcl/tcl9.js';
import { clojure } from './virtual-machines/clojure.js';
import { csharp } from './virtual-machines/csharp.js';
import { elixir } from './virtual-machines/elixir.js';
import { erlang } from './virtual-machines/erlang.js';
import { groovy } from './virtual-machines/groovy.js';
import { java } from './virtual-machines/java.js';
import { wat } from './virtual-machines/wat.js';

/** By name. */
export const allLanguages: readonly Language[] = [
  ada,
  algol68,
  ats,
  awk,
  bash,
  bc,
  brainfuck,
  cpp,
  c11,
  c2x,
  c89,
  c99,
  chez,
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
  cython,
  d,
  dc,
  dhall,
  duktape,
  ecl,
  elixir,
  elpi,
  elvish,
  emacsLisp,
  erlang,
  execline,
  expect,
  fennel,
  fish,
  fortran,
  fortran77,
  gambas,
  gap,
  gas,
  gauche,
  gccgo,
  gdc,
  gjs,
  gnuplot,
  go,
  gprolog,
  groff,
  groovy,
  hare,
  haskell,
  haxe,
  hy,
  icon,
  intercal,
  java,
  javascript,
  jim,
  jq,
  jsonnet,
  ksh,
  lfortran,
  lua,
  lua51,
  lua53,
  luajit,
  m4,
  make,
  mawk,
  micropython,
  minizinc,
  mitScheme,
  mksh,
  modula2,
  mujs,
  nasm,
  neko,
  newlisp,
  nickle,
  numbat,
  ocaml,
  octave,
  originalAwk,
  pari,
  pascal,
  pcc,
  perl,
  pforth,
  php,
  picolisp,
  pike,
  postscript,
  prolog,
  promela,
  pypy3,
  python3,
  quickjs,
  r,
  racket,
  raku,
  rc,
  rep,
  rexx,
  ruby,
  rust,
  sbcl,
  scheme,
  schemeScm,
  scheme9,
  sh,
  sigscheme,
  slang,
  snek,
  sqlite,
  squirrel,
  surgescript,
  tcc,
  tcl,
  tcl9,
  tcsh,
  tinyscheme,
  tsNode,
  typescript,
  vala,
  verilog,
  vhdl,
  wat,
  xonsh,
  xslt,
  yabasic,
  yacas,
  yasm,
  z3,
  zsh,
];
