// Writes results, errors and lists of languages as the texts that users of PBot know.

import {
  type CapturedOutput,
  type ExecutionResult,
  type Language,
  Limit,
  type PhaseResult,
} from '../gen/pbot/vm/v1/executor.js';
import type { RpcError } from '../lib/rpc/error.js';
import { brokenEndBytes, brokenStartBytes } from './cut-text.js';
import { trimEnd } from './white-space.js';

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
  // The options have asked for something else than a program, such as assembler: it is no diagnostic.
  const isWhole = !hasRun && compile.outcome?.$case === 'exitCode' && compile.outcome.value === 0;
  if (diagnostics !== '') return isWhole ? diagnostics : `[${diagnostics}]`;
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
  // A program that a limit has ended may have been stopped within a character.
  const wasStopped = phase.limit !== Limit.UNSPECIFIED;
  const text = [phase.stderr, phase.stdout]
    .map((stream) => (stream === undefined ? '' : trimEnd(streamText(stream, wasStopped))))
    .filter((part) => part !== '')
    .join('\n');
  // A crash is worth a word even where the program had printed something before.
  return phase.outcome?.$case === 'signal' && phase.limit === Limit.UNSPECIFIED
    ? [text, endingText(phase)].filter((part) => part !== '').join('\n')
    : text;
}

/** Where the output was cut, by whomever, the text has no part of a character. Other bytes that are no UTF-8 become U+FFFD. */
function streamText(output: CapturedOutput, wasStopped: boolean): string {
  const { data, droppedBytes, tail, totalBytes } = output;
  const keptBytes = BigInt(data.length + tail.length) + droppedBytes;
  const whole = (bytes: Uint8Array) => bytes.subarray(0, bytes.length - brokenEndBytes(bytes));
  const withEnd = (bytes: Uint8Array) =>
    wasStopped || totalBytes > keptBytes ? whole(bytes) : bytes;
  if (droppedBytes === 0n) return textOf(withEnd(data));
  const head = whole(data);
  const end = tail.subarray(brokenStartBytes(tail));
  const leftOut = droppedBytes + BigInt(data.length - head.length + tail.length - end.length);
  return `${textOf(head)}\n[${leftOut} bytes left out]\n${textOf(withEnd(end))}`;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
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
