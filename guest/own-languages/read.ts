// Reads the languages that an operator has added: a directory with a file of JSON for each.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../languages/catalogue.js';
import type { Language } from '../languages/language.js';
import { ownLanguage } from './schema.js';

/** A file does not hold a language. The message names it, the place in it, and what is wrong there. */
export class OwnLanguageError extends Error {
  override readonly name = 'OwnLanguageError';
}

/**
 * Reads all files `*.json` of a directory, by name. A directory that is not there has none.
 *
 * @throws OwnLanguageError
 */
export function readOwnLanguages(directory: string): Language[] {
  const taken = new Map(
    catalogue.flatMap((language) => [language.name, ...language.aliases].map(builtIn)),
  );
  return filesOf(directory).map((path) => {
    const language = parseLanguage(path);
    for (const word of [language.name, ...language.aliases]) {
      const other = taken.get(word);
      if (other !== undefined) throw wrong(path, `"${word}" is the name of ${other} already`);
      taken.set(word, path);
    }
    return language;
  });
}

function builtIn(name: string): [string, string] {
  return [name, 'a language of pbot-vm'];
}

function filesOf(directory: string): string[] {
  try {
    const names = readdirSync(directory).filter((name) => name.endsWith('.json'));
    return names.sort().map((name) => join(directory, name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw wrong(directory, error instanceof Error ? error.message : String(error));
  }
}

function parseLanguage(path: string): Language {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw wrong(path, error instanceof Error ? error.message : String(error));
  }
  const result = ownLanguage.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path: place, message }) =>
    [...place.map(String), message].join(': '),
  );
  throw wrong(path, issues.join('; '));
}

function wrong(path: string, what: string): OwnLanguageError {
  return new OwnLanguageError(`${path}: ${what}`);
}
