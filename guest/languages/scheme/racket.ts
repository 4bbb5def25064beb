// Racket.

import type { Language } from '../language.js';

export const racket: Language = {
  name: 'racket',
  title: 'Racket',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.rkt',
  comment: { line: ';' },
  defaultOptions: [],
  run: ['racket', '{options}', '{source}', '{arguments}'],
  version: ['racket', '--version'],
  neededMemoryMiB: 200,
  hello: `#lang racket/base
(displayln "hello")
`,
  cases: {
    input: `#lang racket/base
(require racket/port)
(copy-port (current-input-port) (current-output-port))
`,
    arguments: `#lang racket/base
(for ([argument (current-command-line-arguments)]) (displayln argument))
`,
    exitCode: `#lang racket/base
(exit 3)
`,
    unicode: `#lang racket/base
(displayln "Grüße, 世界 😀")
`,
    syntaxError: {
      code: `#lang racket/base
(displayln (
`,
      phase: 'run',
      says: 'expected',
      line: 2,
    },
    runTimeError: {
      code: `#lang racket/base
(error "it fails")
`,
      phase: 'run',
      says: 'it fails',
    },
    modules: {
      files: {
        'program.rkt': `#lang racket/base
(require "greeting.rkt")
(greet)
`,
        'greeting.rkt': `#lang racket/base
(provide greet)
(define (greet) (displayln "hello from a module"))
`,
      },
    },
  },
  packages: { debian: ['racket'], fedora: [], suse: [] },
};
