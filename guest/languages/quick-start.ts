// Where the files are with which compilers and interpreters start sooner.

import type { Language } from './language.js';

/** Programs can read it, and not write there. */
export const quickStartDirectory = '/var/cache/pbot-vm';

/** Path of the file of a language. */
export function quickStartPath({ name }: Pick<Language, 'name'>, directory: string): string {
  return `${directory}/${name}.start`;
}

/** Words with the path of the file in them. */
export function fillQuickStart(words: readonly string[], file: string): string[] {
  return words.map((word) => word.replace('{file}', () => file));
}
