// Makes a program of what a user of PBot wrote.

import type { PbotProgram } from './execution-port.js';
import { type CommandLine, parseCommandLine, splitWords } from './options/command-line.js';
import type { PbotRequest } from './request/read-request.js';

/** The command line of a request: the options in its code win over its fields. */
export function commandLineOf(request: PbotRequest): CommandLine {
  const commandLine = parseCommandLine(request.code, request.lang);
  return {
    ...commandLine,
    machine: commandLine.machine || request.machine,
    arguments: [...commandLine.arguments, ...splitWords(request.arguments)],
  };
}

export function programOf(commandLine: CommandLine, request: PbotRequest): PbotProgram {
  const { language, machine, code, options, arguments: args, stdin } = commandLine;
  const origin = [request.nick, request.channel].filter((part) => part !== '').join(' ');
  return {
    language,
    machine,
    code,
    options,
    arguments: args,
    stdin: Buffer.from(stdin),
    requestId: origin.slice(0, maxNameLength),
    requester: request.nick.slice(0, maxNameLength),
  };
}

/** What a request of the Executor may hold. */
const maxNameLength = 128;
