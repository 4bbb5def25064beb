// Reads what a guest sends as the types of the Executor's logic, and rejects what the protocol does not know.

import { maxReportBytes } from '../../../guest/protocol/inspection.js';
import { type ChannelLimits, channelLimits } from '../../../guest/protocol/limits.js';
import {
  Limit as GuestLimit,
  Phase as GuestPhase,
  type PhaseLimits as GuestPhaseLimits,
  Stream as GuestStream,
  type PhaseFinished,
} from '../../gen/pbot/vm/guest/v1/channel.js';
import { phaseLimitNames } from '../../lib/config/limits.js';
import { enumTable } from '../../lib/rpc/enum-table.js';
import type { PhaseLimits } from '../admission/limits.js';
import type { Limit, Outcome, OutputStream, Phase, Usage } from '../execution/result.js';

/** A guest has sent a value that the protocol does not know. */
export class GuestFrameError extends Error {
  override readonly name = 'GuestFrameError';
}

/** @throws GuestFrameError: a hostile guest can send any number */
export function phaseOf(phase: GuestPhase): Phase {
  const known = phases.fromWire(phase);
  if (known === undefined) throw new GuestFrameError(`there is no phase ${String(phase)}`);
  return known;
}

const phases = enumTable({ compile: GuestPhase.COMPILE, run: GuestPhase.RUN });

/** @throws GuestFrameError */
export function streamOf(stream: GuestStream): OutputStream {
  const known = streams.fromWire(stream);
  if (known === undefined) throw new GuestFrameError(`there is no stream ${String(stream)}`);
  return known;
}

const streams = enumTable({ stdout: GuestStream.STDOUT, stderr: GuestStream.STDERR });

/** Limits as the guest is told them: whole numbers, 0 for what it gives by itself. */
export function guestLimits(limits: PhaseLimits): GuestPhaseLimits {
  const fields = phaseLimitNames.map((name) => {
    const { field, bits } = channelLimits[name];
    const amount = Math.ceil(limits[name] ?? 0);
    return [field, bits === 64 ? BigInt(amount) : amount] as const;
  });
  return Object.fromEntries(fields) as ChannelLimits;
}

/** What the host knows of a phase by itself. */
export interface PhaseFacts {
  /** Why the host had it ended, if it had. */
  readonly stopCause: Limit | undefined;
  readonly limits: PhaseLimits;
  /** Since the execution was given to the guest. */
  readonly elapsedMs: number;
}

/**
 * How a phase ended. What we ended ourselves ended for our reason, whatever the guest saw of it; and what it says of limits
 * and use counts as far as it can be true.
 *
 * @throws GuestFrameError
 */
export function phaseEnding(
  finished: PhaseFinished,
  facts: PhaseFacts,
): { outcome?: Outcome; limit?: Limit; usage: Usage; report?: string } {
  const outcome = outcomeOf(finished.outcome);
  const limit = facts.stopCause ?? limitOf(finished.limit, outcome, facts.limits);
  return {
    ...(outcome === undefined ? {} : { outcome }),
    ...(limit === undefined ? {} : { limit }),
    usage: usageOf(finished, facts.elapsedMs),
    ...(finished.report === '' ? {} : { report: finished.report.slice(0, maxReportBytes) }),
  };
}

const maxExitCode = 255;

/** What google.protobuf.Duration can hold. */
const maxDurationMs = 315_576_000_000 * 1000;

function outcomeOf(outcome: PhaseFinished['outcome']): Outcome | undefined {
  switch (outcome?.$case) {
    case 'exitCode':
      if (outcome.value > maxExitCode) throw new GuestFrameError('there is no such exit code');
      return { kind: 'exited', exitCode: outcome.value };
    case 'signal':
      return { kind: 'signalled', signal: outcome.value.slice(0, 16) };
    case undefined:
      return undefined;
  }
}

/** A limit counts only where it can have ended the phase. */
function limitOf(
  limit: GuestLimit,
  outcome: Outcome | undefined,
  limits: PhaseLimits,
): Limit | undefined {
  const hasFailed = outcome?.kind !== 'exited' || outcome.exitCode !== 0;
  const known = guestLimitWords.fromWire(limit);
  switch (known) {
    case 'wall time':
    case 'memory':
    case 'cancelled':
    case undefined:
      return known;
    case 'cpu time':
      return limits.cpuTimeMs === undefined ? undefined : known;
    case 'processes':
    case 'file size':
      return hasFailed ? known : undefined;
  }
}

const guestLimitWords = enumTable({
  'wall time': GuestLimit.WALL_TIME,
  'cpu time': GuestLimit.CPU_TIME,
  memory: GuestLimit.MEMORY,
  processes: GuestLimit.PROCESSES,
  'file size': GuestLimit.FILE_SIZE,
  cancelled: GuestLimit.KILLED,
});

/** No machine has more. */
const mostProcessors = 1024;

function usageOf(finished: PhaseFinished, elapsedMs: number): Usage {
  const cpuUserMs = millisecondsOf(finished.cpuUserUs);
  const cpuSystemMs = millisecondsOf(finished.cpuSystemUs);
  const isPossible = cpuUserMs + cpuSystemMs <= elapsedMs * mostProcessors;
  return {
    wallTimeMs: Math.min(millisecondsOf(finished.wallTimeUs), elapsedMs),
    ...(isPossible ? { cpuUserMs, cpuSystemMs } : {}),
    // As a number the largest 64-bit value would not fit into 64 bits any more.
    peakMemoryBytes: Math.min(Number(finished.peakMemoryBytes), Number.MAX_SAFE_INTEGER),
    peakProcesses: finished.peakProcesses,
  };
}

function millisecondsOf(microseconds: bigint): number {
  return Math.min(Number(microseconds) / 1000, maxDurationMs);
}
