// Turns the frames of a guest into events of an execution (events.ts).

import type { PhaseLimits } from '../admission/limits.js';
import { phaseEnding, phaseOf, streamOf } from '../machine/guest-frames.js';
import type { GuestBody } from '../machine/session.js';
import type { GuestEvent } from './events.js';
import type { Phase } from './result.js';

/** What the host knows by itself. */
export interface HostFacts {
  readonly limits: Readonly<Record<Phase, PhaseLimits>>;
  /** Since the execution was given to the guest. */
  readonly elapsedMs: () => number;
}

/** @returns `undefined` for a frame that says nothing about an execution */
export function guestEvent(
  body: GuestBody,
  payload: Uint8Array,
  facts: HostFacts,
): GuestEvent | undefined {
  try {
    return convert(body, payload, facts);
  } catch (error) {
    // Whatever a guest makes the host throw is the guest's error, and ends its own execution only.
    return { kind: 'nonsense', detail: String(error) };
  }
}

/** @throws GuestFrameError */
function convert(
  body: GuestBody,
  payload: Uint8Array,
  { limits, elapsedMs }: HostFacts,
): GuestEvent | undefined {
  switch (body.$case) {
    case 'refused':
      return { kind: 'refused', reason: body.value.reason };
    case 'phaseStarted': {
      const { phase, command } = body.value;
      return { kind: 'phase started', phase: phaseOf(phase), command };
    }
    case 'output':
      return { kind: 'output', stream: streamOf(body.value.stream), data: compact(payload) };
    case 'phaseFinished': {
      const phase = phaseOf(body.value.phase);
      const facts = { stopCause: undefined, limits: limits[phase], elapsedMs: elapsedMs() };
      return { kind: 'phase finished', phase, ending: phaseEnding(body.value, facts) };
    }
    case 'fileData':
      return { kind: 'file', path: body.value.path, data: payload };
    case 'filesFinished':
      return { kind: 'files finished', isTruncated: body.value.truncated };
    case 'finished':
      return { kind: 'finished' };
    case 'credit':
      return { kind: 'input credit', bytes: body.value.bytes };
    case 'ready':
    case 'challenge':
    case 'noSession':
      return undefined;
  }
}

/** A piece keeps the memory of its whole frame, whose header may be the larger part. */
function compact(payload: Uint8Array): Uint8Array {
  return 2 * payload.length < payload.buffer.byteLength ? Buffer.from(payload) : payload;
}
