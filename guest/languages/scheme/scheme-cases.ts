// What all Scheme languages are tried with.

import type { Cases } from '../cases.js';

export const schemeCases: Pick<Cases, 'exitCode' | 'unicode' | 'runTimeError' | 'modules'> = {
  exitCode: '(exit 3)\n',
  unicode: '(display "Grüße, 世界 😀")\n(newline)\n',
  runTimeError: {
    code: '(display "begun")\n(error "it fails")\n',
    phase: 'run',
    says: 'it fails',
  },
  modules: {
    files: {
      'program.scm': '(load "./greeting.scm")\n(greet)\n',
      'greeting.scm': '(define (greet) (display "hello from a module") (newline))\n',
    },
  },
};
