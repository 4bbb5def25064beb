// Builds the argv and the environment of a phase from its language's templates.

import { dirname } from 'node:path';
import type { Language } from '../../languages/language.js';
import { fillTemplate } from '../../languages/template.js';
import { searchPath } from '../../languages/versions.js';

export interface CommandLine {
  /** Paths of the files: the code, then what is beside it; files of a project may stand before the code. */
  readonly files: readonly string[];
  /** Options of the request. Empty: the language's own. */
  readonly options: readonly string[];
  readonly arguments: readonly string[];
  /** Path of what is built. */
  readonly program: string;
  /** Of the request. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The command line of the compile phase; `undefined` where the language has none. */
export function compileCommand(language: Language, commandLine: CommandLine): string[] | undefined {
  const template =
    projectOf(language, commandLine.files)?.compile ??
    quickStartOf(language, commandLine)?.compile ??
    language.compile;
  return template && fillIn(template, language, commandLine);
}

/** The command line that checks code which is not compiled; `undefined` where the language has none. */
export function checkCommand(language: Language, commandLine: CommandLine): string[] | undefined {
  return language.check && fillIn(language.check, language, commandLine);
}

/** The command line of the run phase. */
export function runCommand(language: Language, commandLine: CommandLine): string[] {
  return fillIn(language.run, language, commandLine);
}

/** What every program finds; then what its language needs; the request overrides both. */
export function programEnvironment(
  language: Language,
  requested: Readonly<Record<string, string>>,
  options: { home: string; files: readonly string[]; isUnbuffered: boolean },
): Record<string, string> {
  return {
    ...baseEnvironment,
    HOME: options.home,
    ...language.environment,
    ...projectOf(language, options.files)?.environment,
    ...(options.isUnbuffered ? language.unbuffered : {}),
    ...requested,
  };
}

const baseEnvironment = {
  PATH: searchPath,
  LANG: 'C.UTF-8',
  USER: 'vm',
  LOGNAME: 'vm',
  SHELL: '/bin/sh',
};

/** What a program on a terminal finds besides. */
export const terminalEnvironment = { TERM: 'xterm-256color' };

function projectOf(
  { project, projectFiles = [] }: Language,
  files: readonly string[],
): Language['project'] {
  const [description] = projectFiles;
  return description !== undefined && files.includes(description) ? project : undefined;
}

function fillIn(
  template: readonly string[],
  language: Language,
  commandLine: CommandLine,
): string[] {
  const options = commandLine.options.length > 0 ? commandLine.options : language.defaultOptions;
  const has = (some: readonly string[] = []) => options.some((option) => some.includes(option));
  const { printing, others } = language.withoutProgram ?? {};
  const isPrinting = has(printing);
  return fillTemplate(template, {
    options: [...(quickStartOf(language, commandLine)?.options ?? []), ...options],
    arguments: commandLine.arguments,
    sources: sourcesOf(language, commandLine.files).map(asWord),
    package: packageOf(language, commandLine.files),
    program: isPrinting ? '-' : commandLine.program,
    libraries: isPrinting || has(others) ? [] : (language.libraries ?? []),
  });
}

/** `undefined` where the language has none, or the request something that it does not go with. */
function quickStartOf({ quickStart }: Language, commandLine: CommandLine): Language['quickStart'] {
  if (quickStart === undefined) return undefined;
  const { options, variables } = quickStart.notWith;
  const hasOne = (words: readonly string[], beginnings: readonly string[]) =>
    words.some((word) => beginnings.some((beginning) => word.startsWith(beginning)));
  const isSpoiled =
    hasOne(commandLine.options, options) || hasOne(Object.keys(commandLine.environment), variables);
  return isSpoiled ? undefined : quickStart;
}

/** The code, which is the first file that describes no project, and what is compiled with it. */
function sourcesOf(
  { compiledWithIt, projectFiles = [] }: Language,
  files: readonly string[],
): string[] {
  const [code = files[0] ?? '', ...others] = files.filter((path) => !projectFiles.includes(path));
  const compiled = others.filter((path) => {
    const isBeside = dirname(path) === dirname(code);
    const isSource = compiledWithIt?.suffixes.some((suffix) => path.endsWith(suffix)) ?? false;
    return isSource && (isBeside || compiledWithIt?.inAllDirectories === true);
  });
  return [code, ...compiled];
}

/** The directory of the source file that lies least deep; among equals of the first. */
function packageOf({ compiledWithIt }: Language, files: readonly string[]): string {
  const depth = (path: string) => path.split('/').length;
  const [first = ''] = files
    .filter((path) => compiledWithIt?.suffixes.some((suffix) => path.endsWith(suffix)))
    .sort((a, b) => depth(a) - depth(b));
  return `./${dirname(first)}`;
}

/** What begins like an option, or like a file with options, must not be taken for one. */
function asWord(path: string): string {
  return /^[-@]/.test(path) ? `./${path}` : path;
}
