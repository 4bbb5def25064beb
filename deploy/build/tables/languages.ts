// The tables of languages: what a machine has of each, and how each is compiled and run.

import { readFileSync } from 'node:fs';
import { catalogue } from '../../../guest/languages/catalogue.js';
import type { CommandTemplate, Language } from '../../../guest/languages/language.js';
import { fillTemplate } from '../../../guest/languages/template.js';
import { code, markdownTable } from './markdown.js';

/** What `npm run languages -- --results` has kept of a language. */
interface Result {
  readonly language: string;
  /** The line that the compiler or interpreter prints. */
  readonly version: string;
  readonly helloMs?: number;
  readonly passed: readonly string[];
  readonly inapplicable: readonly string[];
  readonly failed: readonly unknown[];
}

const resultsPath = new URL('../../../test/languages/results.json', import.meta.url);

export function languagesTable(): string {
  const results = JSON.parse(readFileSync(resultsPath, 'utf8')) as readonly Result[];
  const resultOf = new Map(results.map((result) => [result.language, result]));
  return markdownTable(
    [
      ...['Language', 'Title', 'Aliases', 'Profile', 'Packages of Debian', 'Takes (MiB)'],
      ...['Version', 'Hello (ms)', 'Cases passed', 'Cases that do not apply'],
    ],
    catalogue.map((language) => [
      code(language.name),
      language.title,
      language.aliases.map(code).join(', '),
      language.profile,
      language.packages.debian.map(code).join(', '),
      language.neededMemoryMiB === undefined ? '' : String(language.neededMemoryMiB),
      ...resultCells(resultOf.get(language.name)),
    ]),
  );
}

export function languageCommandsTable(): string {
  return markdownTable(
    ['Language', 'Compiled with', 'Run with', 'Options unless the request brings its own'],
    catalogue.map((language) => [
      code(language.name),
      language.compile === undefined ? '' : command(language.compile, language),
      command(language.run, language),
      language.defaultOptions.length === 0 ? '' : code(language.defaultOptions.join(' ')),
    ]),
  );
}

/** A language that no machine was tried with has nothing to show. */
function resultCells(result: Result | undefined): string[] {
  if (result === undefined) return ['', '', 'not tried', ''];
  const { version, helloMs, passed, inapplicable, failed } = result;
  const [number = ''] = /\d+(?:\.\d+)*/.exec(version) ?? [];
  return [
    number,
    helloMs === undefined ? '' : String(Math.round(helloMs)),
    `${passed.length} of ${passed.length + failed.length}`,
    inapplicable.join(', '),
  ];
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
