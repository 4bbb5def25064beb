// Finds which languages are installed, and their versions.

import { execFile } from 'node:child_process';
import { access, constants, readdir, readFile } from 'node:fs/promises';
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
  const commands = await commandsOn(searchPath);
  // Languages of one compiler share its answer. One after the other: the versions of all at once would fill the memory of a small machine.
  for (const language of languages) {
    const [command] = language.version;
    if (!(await isExecutable(commands.get(command)))) continue;
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

/** Paths of what the directories of the search path hold, by name. One question a directory: most languages are in none of them. */
async function commandsOn(searchPath: string): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  // The first directory that has a name wins.
  for (const directory of searchPath.split(':').reverse()) {
    const names = await readdir(directory).catch(() => []);
    for (const name of names) paths.set(name, join(directory, name));
  }
  return paths;
}

async function isExecutable(path: string | undefined): Promise<boolean> {
  if (path === undefined) return false;
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
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
