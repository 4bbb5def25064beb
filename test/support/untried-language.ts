// What a language of tests has besides its names and commands.

import type { Language } from '../../guest/languages/language.js';

const none = { inapplicable: 'exists in a test alone' };

export const untried: Pick<Language, 'title' | 'comment' | 'cases'> = {
  title: 'Of a test',
  comment: { line: '#' },
  cases: {
    input: none,
    arguments: none,
    exitCode: none,
    unicode: none,
    syntaxError: none,
    runTimeError: none,
    modules: none,
  },
};

/** The same as a guest or an Executor tells it. */
export const untold = {
  title: 'Of a test',
  commentBegin: '#',
  commentEnd: '',
  hello: '',
  neededMemoryMib: 0,
} as const;
