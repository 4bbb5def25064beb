// The table of languages: their names, and how each is compiled and run.

import { catalogue } from '../../../guest/languages/catalogue.js';
import type { CommandTemplate, Language } from '../../../guest/languages/language.js';
import { fillTemplate } from '../../../guest/languages/template.js';
import { code, markdownTable } from './markdown.js';

export function languagesTable(): string {
  return markdownTable(
    [
      'Language',
      'Title',
      'Aliases',
      'Compiled with',
      'Run with',
      'Profile',
      'Packages of Debian',
      'Takes (MiB)',
      'Options unless the request brings its own',
    ],
    catalogue.map((language) => [
      code(language.name),
      language.title,
      language.aliases.map(code).join(', '),
      language.compile === undefined ? '' : command(language.compile, language),
      command(language.run, language),
      language.profile,
      language.packages.debian.map(code).join(', '),
      language.neededMemoryMiB === undefined ? '' : String(language.neededMemoryMiB),
      language.defaultOptions.length === 0 ? '' : code(language.defaultOptions.join(' ')),
    ]),
  );
}

/** A command as it reads where a request brings neither options nor arguments. */
function command(template: CommandTemplate, language: Language): string {
  const shown = template.map((word) => (word.includes('\n') ? 'SCRIPT' : word));
  const argv = fillTemplate(shown, {
    options: [],
    arguments: [],
    sources: [language.sourceFile],
    package: '.',
    program: 'PROGRAM',
    libraries: language.libraries ?? [],
  });
  return code(argv.join(' '));
}
