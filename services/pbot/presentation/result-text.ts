// Writes results as the texts that users of PBot know.

import type { PbotLimit, PbotOutput, PbotPhase, PbotResult } from '../execution-port.js';
import type { Revision } from '../revision.js';
import { trimEnd } from '../white-space.js';
import { brokenEndBytes, brokenStartBytes } from './cut-text.js';
import { decodedText } from './decoded-text.js';

/** A result as users of PBot know it: one text, diagnostics first, standard error before standard output. */
export function resultText(
  result: PbotResult,
  how: { revision: Revision; isFactoid: boolean },
): string {
  const last = result.run ?? result.compile;
  const parts = [
    compileText(result.compile, result.run !== undefined),
    limitText(last?.limit),
    result.run === undefined ? '' : outputText(result.run),
  ].filter((part) => part !== '');
  if (parts.length > 0) return parts.join('\n') + exitNote(result.run, how.revision);
  return silentText(last, how);
}

function compileText(compile: PbotPhase | undefined, hasRun: boolean): string {
  if (compile === undefined) return '';
  const diagnostics = outputText(compile);
  // Where there is no program they are the answer: errors, or what the options have asked for, such as assembler.
  if (diagnostics !== '') {
    return hasRun || compile.limit !== undefined ? `[${diagnostics}]` : diagnostics;
  }
  return '';
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
  return [text, phase.report ?? crashText(phase)].filter((part) => part !== '').join('\n');
}

/** A crash is worth a word even where nothing has looked at it, and the program had printed something before. */
function crashText({ outcome, limit }: PbotPhase): string {
  return outcome?.kind === 'signalled' && limit === undefined
    ? `Terminated by ${outcome.signal}.`
    : '';
}

/** Where the output was cut, by whomever, the text has no part of a character. */
function streamText(output: PbotOutput, wasStopped: boolean): string {
  const { data, droppedBytes, tail, totalBytes } = output;
  const keptBytes = data.length + tail.length + droppedBytes;
  const whole = (bytes: Uint8Array) => bytes.subarray(0, bytes.length - brokenEndBytes(bytes));
  const withEnd = (bytes: Uint8Array) =>
    wasStopped || totalBytes > keptBytes ? whole(bytes) : bytes;
  if (droppedBytes === 0) return decodedText(withEnd(data));
  const head = whole(data);
  const end = tail.subarray(brokenStartBytes(tail));
  const leftOut = droppedBytes + data.length - head.length + tail.length - end.length;
  return `${decodedText(head)}\n[${leftOut} bytes left out]\n${decodedText(withEnd(end))}`;
}

/** An exit code stands beside the output of a program. */
function exitNote(run: PbotPhase | undefined, revision: Revision): string {
  if (run?.limit !== undefined || run?.outcome?.kind !== 'exited') return '';
  const { exitCode } = run.outcome;
  return exitCode === 0 ? '' : ` [${exitText(exitCode, revision)}]`;
}

function silentText(
  last: PbotPhase | undefined,
  { revision, isFactoid }: { revision: Revision; isFactoid: boolean },
): string {
  if (isFactoid) return '';
  const exitCode = last?.outcome?.kind === 'exited' ? last.outcome.exitCode : 0;
  return exitCode === 0 ? 'Success (no output).' : `${exitText(exitCode, revision)}.`;
}

function exitText(exitCode: number, revision: Revision): string {
  return revision === 'head' ? `Exit ${exitCode}` : `Exit code ${exitCode}`;
}
