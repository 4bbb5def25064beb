// Writes results, errors and lists of languages as the texts that users of PBot know.

import {
  type CapturedOutput,
  type ExecutionResult,
  type Language,
  Limit,
  type PhaseResult,
} from '../gen/pbot/vm/v1/executor.js';
import type { RpcError } from '../lib/rpc/error.js';

/** A result as users of PBot know it: one text, diagnostics first, standard error before standard output. */
export function resultText(
  result: ExecutionResult,
  how: { showsInfo: boolean; isFactoid: boolean },
): string {
  const last = result.run ?? result.compile;
  const parts = [
    how.showsInfo ? commandText(result) : '',
    compileText(result.compile, result.run !== undefined),
    limitText(last?.limit),
    result.run === undefined ? '' : outputText(result.run),
  ].filter((part) => part !== '');
  if (parts.length > 0) return parts.join('\n');
  return silentText(last, how.isFactoid);
}

export function languagesText(languages: readonly Language[]): string {
  return `Supported languages are: ${languages.map((language) => language.name).join(', ')}`;
}

/** What a user of PBot is told where there is no result. */
export function errorText(error: RpcError): string {
  switch (error.reason) {
    case 'MACHINE_NOT_READY':
    case 'SHUTTING_DOWN':
      return 'Recovering from previous snippet, try again soon.';
    case 'MACHINE_LOST':
      return 'The virtual machine was lost while the program ran, try again soon.';
    case 'QUEUE_FULL':
      return 'Too many programs are waiting, try again soon.';
    default:
      return error.message;
  }
}

function commandText(result: ExecutionResult): string {
  return [result.compile, result.run]
    .flatMap((phase) => (phase === undefined ? [] : [phase.command.join(' ')]))
    .join('; ');
}

function compileText(compile: PhaseResult | undefined, hasRun: boolean): string {
  if (compile === undefined) return '';
  const diagnostics = outputText(compile);
  if (diagnostics !== '') return `[${diagnostics}]`;
  return hasRun || compile.limit !== Limit.UNSPECIFIED ? '' : endingText(compile);
}

function limitText(limit: Limit | undefined): string {
  switch (limit) {
    case undefined:
    case Limit.UNSPECIFIED:
      return '';
    case Limit.WALL_TIME:
      return '[Timed-out]';
    case Limit.MEMORY:
      return '[Out of memory]';
    case Limit.OUTPUT:
      return '[Too much output]';
    case Limit.CANCELLED:
      return '[Cancelled]';
    case Limit.CPU_TIME:
      return '[Out of CPU time]';
    case Limit.PROCESSES:
      return '[Too many processes]';
    case Limit.FILE_SIZE:
      return '[File too large]';
  }
}

function outputText(phase: PhaseResult): string {
  const text = [phase.stderr, phase.stdout]
    .map((stream) => (stream === undefined ? '' : streamText(stream).trimEnd()))
    .filter((part) => part !== '')
    .join('\n');
  // A crash is worth a word even where the program had printed something before.
  return phase.outcome?.$case === 'signal' && phase.limit === Limit.UNSPECIFIED
    ? [text, endingText(phase)].filter((part) => part !== '').join('\n')
    : text;
}

function streamText({ data, droppedBytes, tail }: CapturedOutput): string {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
  if (droppedBytes === 0n) return text(data);
  return `${text(data)}\n[${droppedBytes} bytes left out]\n${text(tail)}`;
}

function silentText(last: PhaseResult | undefined, isFactoid: boolean): string {
  const ending = last === undefined ? '' : endingText(last);
  if (ending !== '') return ending;
  return isFactoid ? '' : 'Success (no output).';
}

function endingText(phase: PhaseResult): string {
  switch (phase.outcome?.$case) {
    case undefined:
      return '';
    case 'signal':
      return `Terminated by ${phase.outcome.value}.`;
    case 'exitCode':
      return phase.outcome.value === 0 ? '' : `Exit code ${phase.outcome.value}.`;
  }
}
