// Reads the line of vm-exec: PBot's options and the code. The program runs exactly as it is written.

import type { PbotProgram } from '../pbot/execution-port.js';
import { commandLineOf, programOf } from '../pbot/program.js';
import { readRequest } from '../pbot/request/read-request.js';
import { execUsage } from './exec-options.js';
import { UsageError } from './program.js';

/** What a line of vm-exec asks for. */
export type ExecRequest =
  | { readonly kind: 'run'; readonly program: PbotProgram }
  | { readonly kind: 'languages' };

/**
 * Reads a command line or PBot's JSON.
 *
 * @param options.mayLackCode files come with it, and the first of them may be the code
 * @throws UsageError
 */
export function readExecLine(line: string, options: { mayLackCode: boolean }): ExecRequest {
  const read = readRequest(line);
  if (read.kind === 'malformed') throw new UsageError(read.text);
  const commandLine = commandLineOf(read.request);
  if (commandLine.language === '?') return { kind: 'languages' };
  if (commandLine.code === '' && !options.mayLackCode) throw new UsageError(execUsage);
  return { kind: 'run', program: programOf(commandLine, read.request) };
}
