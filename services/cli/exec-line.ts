// Reads the line of vm-exec: PBot's options and the code. The program runs exactly as it is written.

import type { PbotProgram } from '../pbot/execution-port.js';
import { splitWords } from '../pbot/options/words.js';
import { readRequest } from '../pbot/request/read-request.js';
import { parseCommandLine } from './command-line.js';
import { execUsage } from './exec-options.js';
import { UsageError } from './program.js';

/** What a line of vm-exec asks for. */
export type ExecRequest =
  | { readonly kind: 'run'; readonly program: PbotProgram }
  | { readonly kind: 'languages' };

/**
 * Reads a command line or PBot's JSON.
 *
 * @param how.mayLackCode files come with it, and the first of them may be the code
 * @throws UsageError
 */
export function readExecLine(line: string, how: { mayLackCode: boolean }): ExecRequest {
  const read = readRequest(line);
  if (read.kind === 'malformed') throw new UsageError(read.text);
  const { request } = read;
  const commandLine = parseCommandLine(request.code, request.lang);
  if (commandLine.language === '?') return { kind: 'languages' };
  if (commandLine.code === '' && !how.mayLackCode) throw new UsageError(execUsage);
  const { language, machine, code, options, stdin } = commandLine;
  return {
    kind: 'run',
    program: {
      language,
      machine: machine || request.machine,
      code,
      options,
      arguments: [...commandLine.arguments, ...splitWords(request.arguments)],
      stdin: Buffer.from(stdin),
      requestId: [request.nick, request.channel].filter((part) => part !== '').join(' '),
      requester: request.nick,
    },
  };
}
