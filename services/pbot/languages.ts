// The languages as PBot's users name them: those of the machines, and the standards of C and C++ that their compilers know.

import { type CModule, cModule } from './c/modules.js';
import type { PbotLanguage } from './execution-port.js';
import type { Revision } from './revision.js';

export interface NamedLanguage {
  /** As users see it. */
  readonly name: string;
  /** As the machines know it. */
  readonly language: string;
  /** Of the languages of C. */
  readonly module?: CModule;
  /** The version that the user asks for. */
  readonly version?: string;
}

/**
 * @param wanted `NAME` or `NAME@VERSION`
 * @returns undefined where no machine has it. While no machine has said what it has, every name may be one.
 */
export function findLanguage(
  wanted: string,
  languages: readonly PbotLanguage[],
  revision: Revision,
): NamedLanguage | undefined {
  const [name = '', version] = wanted.split('@', 2);
  const found = findNamed(name, languages, revision);
  return found && version !== undefined ? { ...found, version } : found;
}

/** The name that a request to the machines bears. */
export function requestedName({ language, version }: NamedLanguage): string {
  return version === undefined ? language : `${language}@${version}`;
}

function findNamed(
  name: string,
  languages: readonly PbotLanguage[],
  revision: Revision,
): NamedLanguage | undefined {
  const module = cModule(name, revision);
  if (module !== undefined) {
    const isOffered = languages.length === 0 || hasName(languages, module.language);
    return isOffered ? { name: module.name, language: module.language, module } : undefined;
  }
  if (languages.length === 0)
    return name === '?' || name === '' ? undefined : { name, language: name };
  const named = languages.find((language) => language.name === name);
  const found = named ?? languages.find(({ aliases }) => aliases.includes(name));
  return found && { name: found.name, language: found.name };
}

/** C: by GCC in 2022, by Clang later where there is one. */
export function defaultLanguage(languages: readonly PbotLanguage[], revision: Revision): string {
  return revision === 'head' && hasName(languages, 'clang') ? 'clang2x' : 'c11';
}

/** The names that a list of languages shows. */
export function shownNames(languages: readonly PbotLanguage[], revision: Revision): string[] {
  const others = languages.map(({ name }) => name).filter((name) => !cModule(name, revision));
  const ofC = cNames[revision].filter(
    (name) => findLanguage(name, languages, revision) !== undefined,
  );
  return languages.length === 0 ? [] : [...others, ...ofC].sort();
}

const oldNames = [
  ...['c11', 'c89', 'c99', 'c++'],
  ...['clang', 'clang11', 'clang89', 'clang99', 'clang++'],
];

const cNames: Readonly<Record<Revision, readonly string[]>> = {
  '2022': oldNames,
  head: [...oldNames, 'c2x', 'clang2x'],
};

function hasName(languages: readonly PbotLanguage[], name: string): boolean {
  return languages.some((language) => language.name === name);
}
