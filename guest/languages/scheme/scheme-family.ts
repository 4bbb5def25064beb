// What the Scheme languages share: their source file, and what they are tried with.

import type { Cases, Failure } from '../cases.js';
import type { Language } from '../language.js';

/** Interpreters that have procedures of their own for a case replace it. */
export const schemeCases: Omit<Cases, 'arguments' | 'syntaxError'> = {
  input: `(let loop ((c (read-char)))
  (if (not (eof-object? c))
      (begin (write-char c) (loop (read-char)))))
`,
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

/** A list that does not end. */
export function unclosedList(expected: Pick<Failure, 'says' | 'line'>): Failure {
  return { code: '(display "begun")\n(display (\n', phase: 'run', ...expected };
}

/** A program that prints the words of a list, which is how the interpreter calls its arguments. */
export function printsWords(list: string): string {
  return `(for-each (lambda (argument) (display argument) (newline)) ${list})\n`;
}

/** What is the same in all of them, besides. */
export const schemeSource = {
  sourceFile: 'program.scm',
  comment: { begin: '#|', end: '|#' },
  hello: '(display "hello") (newline)\n',
} as const satisfies Partial<Language>;

/** The same with comments of one line: an interpreter of the older reports has no others. */
export const olderSchemeSource = { ...schemeSource, comment: { line: ';' } } as const;
