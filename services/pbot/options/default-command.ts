// The command line of a language with its default options, which `-info` shows.

import { catalogue } from '../../../guest/languages/catalogue.js';
import { fillTemplate } from '../../../guest/languages/template.js';
import type { NamedLanguage } from '../languages.js';

/** What compiles the code, or runs it where nothing is compiled. A language of another guest's catalogue has its name alone. */
export function defaultCommand({ language: name, module }: NamedLanguage): string {
  const language = catalogue.find((each) => each.name === name);
  if (language === undefined) return name;
  const options =
    module === undefined
      ? language.defaultOptions
      : [...module.defaultOptions, module.withoutExcerpts];
  return fillTemplate(language.compile ?? language.run, {
    options,
    arguments: [],
    sources: [language.sourceFile],
    package: '.',
    program: 'program',
    libraries: language.libraries ?? [],
  }).join(' ');
}
