// Writes results, failures and lists of languages as the texts that users of PBot know.

import type {
  PbotFailure,
  PbotLanguage,
  PbotLimit,
  PbotOutput,
  PbotPhase,
  PbotResult,
} from '../execution-port.js';
import { trimEnd } from '../white-space.js';
import { brokenEndBytes, brokenStartBytes } from './cut-text.js';

/** A result as users of PBot know it: one text, diagnostics first, standard error before standard output. */
export function resultText(
  result: PbotResult,
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

export function languagesText(languages: readonly PbotLanguage[]): string {
  return `Supported languages are: ${languages.map((language) => language.name).join(', ')}`;
}

/** What a user of PBot sees where there is no result. */
export function failureText({ reason, message, metadata }: PbotFailure): string {
  switch (reason) {
    case 'MACHINE_NOT_READY':
      // Somebody must act: to try again soon is of no use.
      if (metadata['obstacle'] !== undefined) return message;
      return tryAgainSoon;
    case 'SHUTTING_DOWN':
      return tryAgainSoon;
    case 'MACHINE_LOST':
      return 'The virtual machine was lost while the program ran, try again soon.';
    case 'QUEUE_FULL':
      return 'Too many programs are waiting, try again soon.';
    default:
      return message;
  }
}

const tryAgainSoon = 'Recovering from previous snippet, try again soon.';

function commandText(result: PbotResult): string {
  return [result.compile, result.run]
    .flatMap((phase) => (phase === undefined ? [] : [phase.command.join(' ')]))
    .join('; ');
}

function compileText(compile: PbotPhase | undefined, hasRun: boolean): string {
  if (compile === undefined) return '';
  const diagnostics = outputText(compile);
  // The options have asked for something else than a program, such as assembler: it is no diagnostic.
  const isWhole = !hasRun && compile.outcome?.kind === 'exited' && compile.outcome.exitCode === 0;
  if (diagnostics !== '') return isWhole ? diagnostics : `[${diagnostics}]`;
  return hasRun || compile.limit !== undefined ? '' : endingText(compile);
}

function limitText(limit: PbotLimit | undefined): string {
  switch (limit) {
    case undefined:
      return '';
    case 'wall time':
      return '[Timed-out]';
    case 'memory':
      return '[Out of memory]';
    case 'output':
      return '[Too much output]';
    case 'cancelled':
      return '[Cancelled]';
    case 'cpu time':
      return '[Out of CPU time]';
    case 'processes':
      return '[Too many processes]';
    case 'file size':
      return '[File too large]';
  }
}

function outputText(phase: PbotPhase): string {
  // A program that a limit has ended may have been stopped within a character.
  const wasStopped = phase.limit !== undefined;
  const text = [phase.stderr, phase.stdout]
    .map((stream) => (stream === undefined ? '' : trimEnd(streamText(stream, wasStopped))))
    .filter((part) => part !== '')
    .join('\n');
  // A crash is worth a word even where the program had printed something before.
  return phase.outcome?.kind === 'signalled' && phase.limit === undefined
    ? [text, endingText(phase)].filter((part) => part !== '').join('\n')
    : text;
}

/** Where the output was cut, by whomever, the text has no part of a character. Other bytes that are no UTF-8 become U+FFFD. */
function streamText(output: PbotOutput, wasStopped: boolean): string {
  const { data, droppedBytes, tail, totalBytes } = output;
  const keptBytes = data.length + tail.length + droppedBytes;
  const whole = (bytes: Uint8Array) => bytes.subarray(0, bytes.length - brokenEndBytes(bytes));
  const withEnd = (bytes: Uint8Array) =>
    wasStopped || totalBytes > keptBytes ? whole(bytes) : bytes;
  if (droppedBytes === 0) return textOf(withEnd(data));
  const head = whole(data);
  const end = tail.subarray(brokenStartBytes(tail));
  const leftOut = droppedBytes + data.length - head.length + tail.length - end.length;
  return `${textOf(head)}\n[${leftOut} bytes left out]\n${textOf(withEnd(end))}`;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function silentText(last: PbotPhase | undefined, isFactoid: boolean): string {
  const ending = last === undefined ? '' : endingText(last);
  if (ending !== '') return ending;
  return isFactoid ? '' : 'Success (no output).';
}

function endingText(phase: PbotPhase): string {
  switch (phase.outcome?.kind) {
    case undefined:
      return '';
    case 'signalled':
      return `Terminated by ${phase.outcome.signal}.`;
    case 'exited':
      return phase.outcome.exitCode === 0 ? '' : `Exit code ${phase.outcome.exitCode}.`;
  }
}
