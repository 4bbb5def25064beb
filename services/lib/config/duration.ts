// Converts milliseconds to google.protobuf.Duration and back.

import type { Duration } from '../../gen/google/protobuf/duration.js';

/** Milliseconds (fractions allowed) as google.protobuf.Duration. */
export function durationFromMs(ms: number): Duration {
  const seconds = Math.trunc(ms / 1000);
  const nanos = Math.round((ms - seconds * 1000) * 1e6);
  const carry = Math.trunc(nanos / 1e9);
  return { seconds: BigInt(seconds + carry), nanos: nanos - carry * 1e9 };
}

/** google.protobuf.Duration as milliseconds. */
export function durationToMs(duration: Duration): number {
  return Number(duration.seconds) * 1000 + duration.nanos / 1e6;
}
