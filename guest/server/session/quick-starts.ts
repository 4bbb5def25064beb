// Gets the files ready with which compilers and interpreters start sooner.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Language } from '../../languages/language.js';
import { fillQuickStart, quickStartPath } from '../../languages/quick-start.js';
import { fillTemplate } from '../../languages/template.js';
import { assignments } from '../../protocol/environment.js';
import type { InstalledLanguage } from './catalogue-discovery.js';

const run = promisify(execFile);

/**
 * The languages, with the options and commands that use their files. A file that is not there is made, and one of another interpreter is
 * made again.
 *
 * @param directory of the files, which programs can read; absent: none is made or used
 */
export async function prepareQuickStarts(
  installed: readonly InstalledLanguage[],
  directory: string | undefined,
): Promise<InstalledLanguage[]> {
  const prepared: InstalledLanguage[] = [];
  for (const each of installed) {
    prepared.push({ ...each, language: await prepare(each.language, directory) });
  }
  return prepared;
}

async function prepare(language: Language, directory: string | undefined): Promise<Language> {
  const { quickStart, ...without } = language;
  if (quickStart === undefined) return language;
  if (directory === undefined) return without;
  const file = quickStartPath(language, directory);
  const options = fillQuickStart(quickStart.options, file);
  const compile = quickStart.compile && fillQuickStart(quickStart.compile, file);
  try {
    if (!existsSync(file) || (await whyUseless(language, options, file)) !== undefined) {
      await make(language, quickStart.make, file);
      const why = await whyUseless(language, options, file);
      if (why !== undefined) throw new Error(why);
    }
    return { ...without, quickStart: { ...quickStart, options, compile } };
  } catch (error) {
    process.stderr.write(`guest-server: ${language.name} has no quick start: ${String(error)}\n`);
    return without;
  }
}

async function make(language: Language, words: readonly string[], file: string): Promise<void> {
  const temporary = `${file}.new`;
  await mkdir(dirname(file), { recursive: true });
  for (const path of [temporary, file]) await rm(path, { recursive: true, force: true });
  await runWords(fillQuickStart(words, temporary), language);
  await rename(temporary, file);
}

/** An interpreter may refuse the file of another version, or print a warning. A compiler passes over it. */
async function whyUseless(
  language: Language,
  options: readonly string[],
  file: string,
): Promise<string | undefined> {
  if (language.compile !== undefined) return undefined;
  const path = `${file}.hello`;
  await writeFile(path, language.hello);
  try {
    const command = fillTemplate(language.run, {
      ...{ options, sources: [path], arguments: [], package: '.', program: '', libraries: [] },
    });
    const { stdout, stderr } = await runWords(command, language);
    return stdout.trim() === 'hello' && stderr === '' ? undefined : `${stdout}${stderr}`;
  } catch (error) {
    return String(error);
  } finally {
    await rm(path);
  }
}

async function runWords(words: readonly string[], { environment }: Language) {
  return await run('env', [...assignments(environment), ...words], { timeout: 60_000 });
}
