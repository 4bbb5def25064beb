// Finds which languages are installed, and their versions.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, constants, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Language } from '../../languages/language.js';
import { languageVersionsPath, versionQuestion } from '../../languages/versions.js';

/** A language whose compiler or interpreter is here, and what that says of its version. */
export interface InstalledLanguage {
  readonly language: Language;
  readonly version: string;
}

/**
 * Looks which languages are installed.
 *
 * @param languages those that may be
 * @param versionsPath of a file as `languageVersionsPath` has it; it need not be there
 */
export async function findInstalledLanguages(
  languages: readonly Language[],
  searchPath: string,
  versionsPath: string = languageVersionsPath,
): Promise<InstalledLanguage[]> {
  const installed: InstalledLanguage[] = [];
  const versions = await readVersions(versionsPath);
  // Languages of one compiler share its answer. One after the other: the versions of all at once would fill the memory of a small machine.
  for (const language of languages) {
    const [command] = language.version;
    if (!(await isOnPath(command, searchPath))) continue;
    const question = versionQuestion(language);
    const version = versions.get(question) ?? (await askVersion(language));
    versions.set(question, version);
    installed.push({ language, version });
  }
  return installed;
}

async function readVersions(path: string): Promise<Map<string, string>> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line.includes('\t'));
  return new Map(lines.map((line) => line.split('\t', 2) as [string, string]));
}

async function isOnPath(command: string, searchPath: string): Promise<boolean> {
  for (const directory of searchPath.split(':')) {
    const path = join(directory, command);
    // Most languages are in none of them. With a rejected promise for each, an emulated guest searched for 3.2 s in place of 1.5 s.
    if (!existsSync(path)) continue;
    try {
      await access(path, constants.X_OK);
      return true;
    } catch {
      // Not in this directory.
    }
  }
  return false;
}

/** The first line of what it prints, on either stream: Lua 5.1 and others use stderr. */
function askVersion({ version, versionInput = '' }: Language): Promise<string> {
  const [command, ...words] = version;
  return new Promise((resolve) => {
    const child = execFile(command, words, { timeout: 30_000 }, (_error, stdout, stderr) => {
      const line = `${stdout}\n${stderr}`.trim().split('\n')[0] ?? '';
      resolve(line.slice(0, 200));
    });
    // Some commands read nothing, and may be gone by now.
    child.stdin?.on('error', () => undefined).end(versionInput);
  });
}
