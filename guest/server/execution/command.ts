// Builds the argv and the environment of a phase from its language's templates.

import { dirname } from 'node:path';
import type { CommandTemplate, Language } from '../../languages/language.js';

export interface CommandLine {
  /** Paths of the files: the code, then what is beside it. */
  readonly files: readonly string[];
  /** Options of the request. Empty: the language's own. */
  readonly options: readonly string[];
  readonly arguments: readonly string[];
}

/** The command line of the compile phase; `undefined` where the language has none. */
export function compileCommand(language: Language, commandLine: CommandLine): string[] | undefined {
  return language.compile && fillIn(language.compile, language, commandLine);
}

/** The command line of the run phase. */
export function runCommand(language: Language, commandLine: CommandLine): string[] {
  return fillIn(language.run, language, commandLine);
}

/** What every program finds; then what its language needs; the request overrides both. */
export function programEnvironment(
  language: Language,
  requested: Readonly<Record<string, string>>,
  home: string,
): Record<string, string> {
  return { ...baseEnvironment, HOME: home, ...language.environment, ...requested };
}

const baseEnvironment = {
  PATH: '/usr/local/bin:/usr/bin:/bin:/usr/games',
  LANG: 'C.UTF-8',
  USER: 'vm',
  LOGNAME: 'vm',
  SHELL: '/bin/sh',
};

/** What a program on a terminal finds besides. */
export const terminalEnvironment = { TERM: 'xterm-256color' };

function fillIn(template: CommandTemplate, language: Language, commandLine: CommandLine): string[] {
  const options = commandLine.options.length > 0 ? commandLine.options : language.defaultOptions;
  return template.flatMap((word) => {
    switch (word) {
      case '{options}':
        return options;
      case '{arguments}':
        return commandLine.arguments;
      case '{source}':
        return commandLine.files.slice(0, 1).map(asWord);
      case '{sources}':
        return sourcesOf(language, commandLine.files).map(asWord);
      default:
        return [word];
    }
  });
}

function sourcesOf(
  { compiledWithIt }: Language,
  [code = '', ...others]: readonly string[],
): string[] {
  const compiled = others.filter((path) => {
    const isBeside = dirname(path) === dirname(code);
    const isSource = compiledWithIt?.suffixes.some((suffix) => path.endsWith(suffix)) ?? false;
    return isSource && (isBeside || compiledWithIt?.inAllDirectories === true);
  });
  return [code, ...compiled];
}

/** What begins like an option, or like a file with options, must not be taken for one. */
function asWord(path: string): string {
  return /^[-@]/.test(path) ? `./${path}` : path;
}
