// What a language is: its name, packages, files and commands.

import type { Cases } from './cases.js';

/** Families of distributions that `setup-guest` knows, by their package manager: apt, dnf, zypper. */
type DistributionFamily = 'debian' | 'fedora' | 'suse';

/**
 * A word of a command line. Some words stand for lists or files and are filled in by the guest server:
 * - `{options}`: the options of the request, or the language's own;
 * - `{arguments}`: the program's arguments;
 * - `{source}`: the path of the code;
 * - `{sources}`: that, and the paths of all files that are compiled with it;
 * - `{package}`: the directory of the code, as `./path`;
 * - `{program}`: the path of what is built, in a directory where the request has no files. With an option that prints, `-`;
 * - `{libraries}`: the libraries. With an option that links nothing, none.
 *
 * `{source}` and `{program}` may also stand within a word, as in `-o{program}`. `['sh', '-c', 'SCRIPT', 'sh', ...words]` is for what
 * takes more than one command.
 */
export type CommandTemplate = readonly [executable: string, ...words: string[]];

/** Which machines have a language: each profile has the languages of those before it as well. */
export const profiles = ['minimal', 'standard', 'full'] as const;

type Profile = (typeof profiles)[number];

/** How a comment is written: between two marks, or behind one up to the end of the line. */
type CommentSyntax = { readonly begin: string; readonly end: string } | { readonly line: string };

/** A file with which a compiler or an interpreter starts sooner: `{file}` stands for its path. */
interface QuickStart {
  /** Makes it, or a directory, in the environment of the language's programs. */
  readonly make: CommandTemplate;
  /** Options that use it, before all others. */
  readonly options: readonly string[];
  /** A command that uses it, in place of the language's own `compile`. */
  readonly compile?: readonly string[] | undefined;
  /** Beginnings of options, and of variables, that it does not go with. */
  readonly notWith: { readonly options: readonly string[]; readonly variables: readonly string[] };
}

/** How a language is named, installed, compiled and run. The files beside this one are the only place that knows. */
export interface Language {
  readonly name: string;
  /** As people write it. */
  readonly title: string;
  /** The smallest profile that it belongs to. */
  readonly profile: Profile;
  /** It is in memory in the snapshot of a machine: its hello program runs before that is taken. */
  readonly isWarmed: boolean;
  readonly aliases: readonly string[];
  /** File that the code is written to, in the working directory of the execution. */
  readonly sourceFile: string;
  readonly comment: CommentSyntax;
  /** Which files beside the code `{sources}` stands for. */
  readonly compiledWithIt?: {
    /** What their names end in. */
    readonly suffixes: readonly string[];
    /** Those in other directories than the code's belong to it too. */
    readonly inAllDirectories: boolean;
  };
  /** Files that describe a project. None of them is the code, wherever they stand in a request. */
  readonly projectFiles?: readonly string[];
  /** How the code is compiled where the first of these files lies in the working directory. */
  readonly project?: {
    readonly compile: CommandTemplate;
    readonly environment: Readonly<Record<string, string>>;
  };
  /** Options of the compiler (of the interpreter, where there is no compiler) unless the request brings its own. */
  readonly defaultOptions: readonly string[];
  /** Options of the linker that follow whatever the options of the request are. */
  readonly libraries?: readonly string[];
  /** Options with which the compiler links no program: it prints what it makes, or leaves a file, or only checks. */
  readonly withoutProgram?: {
    readonly printing: readonly string[];
    readonly others: readonly string[];
  };
  /** Absent where the code runs as it is. Where it makes no `{program}`, there is no run phase. */
  readonly compile?: CommandTemplate;
  readonly run: CommandTemplate;
  /** The file is made with the image, else when the guest server starts. Where that fails, programs start without it. */
  readonly quickStart?: QuickStart;
  /**
   * Says whether the code can be run at all, for a language without `compile`. It runs nothing of the code, and leaves no file
   * beside it.
   */
  readonly check?: CommandTemplate;
  /** Its programs can be looked at with gdb, which is to speak this language. */
  readonly inspectedAs?: 'c' | 'c++';
  /** Prints the version. The language is offered where the first word of this command is found. */
  readonly version: CommandTemplate;
  /** What that command reads, for an interpreter that has no option for it. */
  readonly versionInput?: string;
  /** Added to the environment of both phases. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Added to the environment of the run phase where the program is to write its output as soon as it prints it. */
  readonly unbuffered?: Readonly<Record<string, string>>;
  /** What a small program takes, in MiB, where that is more than 100: the guide says so. */
  readonly neededMemoryMiB?: number;
  /** A program that prints `hello` and ends with 0; `pbot-vm up` and the tests run it. */
  readonly hello: string;
  readonly cases: Cases;
  readonly packages: Readonly<Record<DistributionFamily, readonly string[]>>;
}
