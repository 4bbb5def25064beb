// The command line of a language with its default options, which `-info` shows.

import { catalogue } from '../../../guest/languages/catalogue.js';
import type { Language } from '../../../guest/languages/language.js';
import type { NamedLanguage } from '../languages.js';

/** What compiles the code, or runs it where nothing is compiled. A language of another guest's catalogue has its name alone. */
export function defaultCommand({ language: name, module }: NamedLanguage): string {
  const language = catalogue.find((each) => each.name === name);
  if (language === undefined) return name;
  const options =
    module === undefined
      ? language.defaultOptions
      : [...module.defaultOptions, module.withoutExcerpts];
  const template = language.compile ?? language.run;
  return template
    .flatMap((word) => filledIn(word, { ...language, defaultOptions: options }))
    .join(' ');
}

function filledIn(word: string, language: Language): readonly string[] {
  switch (word) {
    case '{options}':
      return language.defaultOptions;
    case '{libraries}':
      return language.libraries ?? [];
    case '{source}':
    case '{sources}':
      return [language.sourceFile];
    case '{program}':
      return ['program'];
    case '{package}':
      return ['.'];
    case '{arguments}':
      return [];
    default:
      return [word];
  }
}
