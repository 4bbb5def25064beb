// Where programs of a guest look for commands, and where their versions are written down when its image is made.

import type { Language } from './language.js';

/** Where programs of every language find commands. Debian has games there, and languages that games are written in. */
export const searchPath = '/usr/local/bin:/usr/bin:/bin:/usr/games';

/** Lines of a question, a tab, and the answer to it. */
export const languageVersionsPath = '/usr/local/lib/pbot-vm/language-versions';

/** What is asked for the version of a language, in one line. */
export function versionQuestion({ version }: Language): string {
  return version.join(' ');
}
