// WebAssembly as text with the system interface WASI, run by WasmEdge.

import type { Language } from '../language.js';

export const wat: Language = {
  name: 'wat',
  title: 'WebAssembly text (WasmEdge)',
  profile: 'full',
  isWarmed: false,
  aliases: ['wasm', 'webassembly'],
  sourceFile: 'program.wat',
  comment: { line: ';;' },
  defaultOptions: [],
  compile: [
    'sh',
    '-c',
    'program=$1; shift; wat2wasm -o "$program" "$@" && exec chmod +x "$program"',
    'sh',
    '{program}',
    '{options}',
    '{source}',
  ],
  run: ['wasmedge', '--dir', '.', '{program}', '{arguments}'],
  version: ['wasmedge', '--version'],
  hello: `(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\08\\00\\00\\00\\06\\00\\00\\00hello\\n")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 20)))))
`,
  cases: {
    input: `(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (loop $next
      (i32.store (i32.const 0) (i32.const 100))
      (i32.store (i32.const 4) (i32.const 4096))
      (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
      (i32.store (i32.const 4) (i32.load (i32.const 8)))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)))
      (br_if $next (i32.load (i32.const 8))))))
`,
    arguments: { inapplicable: 'gets its arguments as a block of memory' },
    exitCode: `(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (i32.const 3))))
`,
    unicode: `(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\08\\00\\00\\00\\15\\00\\00\\00Grüße, 世界 😀\\n")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 40)))))
`,
    syntaxError: {
      code: `(module
  (func (unknown)))
`,
      phase: 'compile',
      says: 'error',
      line: 2,
    },
    runTimeError: {
      code: `(module
  (memory (export "memory") 1)
  (func (export "_start") unreachable))
`,
      phase: 'run',
      says: 'unreachable',
    },
    modules: { inapplicable: 'links no modules' },
  },
  packages: { debian: ['wabt', 'wasmedge'], fedora: [], suse: [] },
};
