// One exchange with PBot: the line as it came, the text that PBot shows.

import type { ExecutionPort } from './execution-port.js';
import { usage } from './options/command-line.js';
import { failureText, languagesText, resultText } from './presentation/result-text.js';
import { commandLineOf, programOf } from './program.js';
import { readRequest } from './request/read-request.js';

/** Answers lines of PBot. It remembers what earlier ones have said. */
export interface Conversation {
  /**
   * The answer to a line, without a line end behind it. Empty where PBot shall say nothing.
   *
   * @param execution runs programs for this line
   */
  answer(line: string, execution: ExecutionPort): Promise<string>;
}

export function createConversation(): Conversation {
  return { answer };
}

async function answer(line: string, execution: ExecutionPort): Promise<string> {
  const read = readRequest(line);
  if (read.kind === 'malformed') return read.text;
  const { request } = read;
  const commandLine = commandLineOf(request);
  if (commandLine.language === '?') return languagesText(execution.listLanguages());
  if (commandLine.code === '') return request.usage ?? usage;
  const outcome = await execution.execute(programOf(commandLine, request));
  if (outcome.kind === 'failure') return failureText(outcome.failure);
  const { showsInfo } = commandLine;
  return resultText(outcome.result, { showsInfo, isFactoid: request.isFactoid });
}
