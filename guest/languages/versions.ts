// Where the versions of languages are written down when the image of a guest is made.

import type { Language } from './language.js';

/** Lines of a question, a tab, and the answer to it. */
export const languageVersionsPath = '/usr/local/lib/pbot-vm/language-versions';

/** What is asked for the version of a language, in one line. */
export function versionQuestion({ version }: Language): string {
  return version.join(' ');
}
