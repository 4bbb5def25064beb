import {
  Limit as GuestLimit,
  Phase as GuestPhase,
  Stream as GuestStream,
  type PhaseFinished,
} from '../gen/pbot/vm/guest/v1/channel.js';
import type { Limit, Outcome, OutputStream, Phase, Usage } from './result.js';

/** A guest has sent a value that the protocol does not know. */
export class GuestFrameError extends Error {
  override readonly name = 'GuestFrameError';
}

/** @throws GuestFrameError */
export function phaseOf(phase: GuestPhase): Phase {
  switch (phase) {
    case GuestPhase.COMPILE:
      return 'compile';
    case GuestPhase.RUN:
      return 'run';
    case GuestPhase.UNSPECIFIED:
    default:
      // Enumerations are open on the wire: a hostile guest can send any number.
      throw new GuestFrameError(`there is no phase ${String(phase)}`);
  }
}

/** @throws GuestFrameError */
export function streamOf(stream: GuestStream): OutputStream {
  switch (stream) {
    case GuestStream.STDOUT:
      return 'stdout';
    case GuestStream.STDERR:
      return 'stderr';
    case GuestStream.UNSPECIFIED:
    default:
      throw new GuestFrameError(`there is no stream ${String(stream)}`);
  }
}

/**
 * How a phase ended. What we ended ourselves ended for our reason, whatever the guest saw of it.
 *
 * @throws GuestFrameError
 */
export function phaseEnding(
  finished: PhaseFinished,
  stopCause: Limit | undefined,
): { outcome?: Outcome; limit?: Limit; usage: Usage } {
  const outcome = outcomeOf(finished.outcome);
  const limit = stopCause ?? limitOf(finished.limit);
  return {
    ...(outcome === undefined ? {} : { outcome }),
    ...(limit === undefined ? {} : { limit }),
    usage: usageOf(finished),
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

function limitOf(limit: GuestLimit): Limit | undefined {
  switch (limit) {
    case GuestLimit.WALL_TIME:
      return 'wall time';
    case GuestLimit.MEMORY:
      return 'memory';
    case GuestLimit.KILLED:
      return 'cancelled';
    case GuestLimit.UNSPECIFIED:
    default:
      return undefined;
  }
}

function usageOf(finished: PhaseFinished): Usage {
  return {
    wallTimeMs: millisecondsOf(finished.wallTimeUs),
    cpuUserMs: millisecondsOf(finished.cpuUserUs),
    cpuSystemMs: millisecondsOf(finished.cpuSystemUs),
    // As a number the largest 64-bit value would not fit into 64 bits any more.
    peakMemoryBytes: Math.min(Number(finished.peakMemoryBytes), Number.MAX_SAFE_INTEGER),
    peakProcesses: finished.peakProcesses,
  };
}

function millisecondsOf(microseconds: bigint): number {
  return Math.min(Number(microseconds) / 1000, maxDurationMs);
}
