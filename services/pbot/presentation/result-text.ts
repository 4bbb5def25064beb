// Writes results as the texts that users of PBot know.

import type { PbotLimit, PbotOutput, PbotPhase, PbotResult } from '../execution-port.js';
import type { Revision } from '../revision.js';
import { trimEnd } from '../white-space.js';
import { brokenEndBytes, brokenStartBytes } from './cut-text.js';
import { decodedText } from './decoded-text.js';

export interface HowToPresent {
  readonly revision: Revision;
  readonly isFactoid: boolean;
  /** Makes what a compiler or its libraries say readable. */
  readonly clean: (messages: string) => string;
  /** Stands beside the compiler's diagnostics. */
  readonly warning: string;
}

/**
 * A result as users of PBot know it: one text, diagnostics first, standard error before standard output, then what an inspection has
 * found.
 */
export function resultText(result: PbotResult, how: HowToPresent): string {
  const { compile, run } = result;
  const last = run ?? compile;
  const parts = [
    compileText(compile, { ...how, hasRun: run !== undefined }),
    limitText(last?.limit),
    run === undefined ? '' : outputText(run, how.clean),
  ].filter((part) => part !== '');
  if (parts.length > 0) return parts.join('\n') + exitNote(run, how.revision);
  return silentText(last, how);
}

/** Where there is no program they are the answer: errors, or what the options have asked for, such as assembler. */
function compileText(
  compile: PbotPhase | undefined,
  { clean, warning, hasRun }: HowToPresent & { hasRun: boolean },
): string {
  const diagnostics = compile === undefined ? '' : outputText(compile, clean);
  if (!hasRun && compile?.limit === undefined) return diagnostics;
  const text = [diagnostics, warning].filter((part) => part !== '').join('\n');
  return text === '' ? '' : `[${text}]`;
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

function outputText(phase: PbotPhase, clean: HowToPresent['clean']): string {
  // A program that a limit has ended may have been stopped within a character.
  const wasStopped = phase.limit !== undefined;
  const text = [
    trimEnd(clean(streamText(phase.stderr, wasStopped))),
    trimEnd(streamText(phase.stdout, wasStopped)),
    phase.report ?? crashText(phase),
  ];
  return text.filter((part) => part !== '').join('\n');
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
