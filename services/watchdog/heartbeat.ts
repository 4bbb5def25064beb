// Judges the heartbeat of a guest: pure functions over what was observed of it.

/** How long a guest may be silent. */
export interface HeartbeatBounds {
  /** For a guest that is only known to beat by itself, each 5 s. */
  readonly beatingGuestMs: number;
  /** For a guest that is known to answer probes. */
  readonly answeringGuestMs: number;
  /** Between two probes. */
  readonly probeIntervalMs: number;
  /** Between an answered probe and the next, until the guest is known to answer. */
  readonly learningIntervalMs: number;
}

/** What was observed of a guest's heartbeat. Times are milliseconds of one clock. */
export interface HeartbeatView {
  /** Since when the guest is silent: its last beat or, before the first, when listening began. */
  readonly quietSinceMs: number;
  /** When the view was last judged. */
  readonly lookTimeMs: number;
  readonly probeTimeMs: number | undefined;
  readonly isProbeAnswered: boolean;
  /** Probes one after the other that a beat came between. */
  readonly answersInARow: number;
  readonly answersProbes: boolean;
}

export type HeartbeatVerdict =
  | { readonly kind: 'alive'; readonly isProbeDue: boolean; readonly nextLookMs: number }
  | { readonly kind: 'silent'; readonly silentMs: number };

export const defaultHeartbeatBounds: HeartbeatBounds = {
  beatingGuestMs: 15_000,
  answeringGuestMs: 3_000,
  probeIntervalMs: 1_000,
  learningIntervalMs: 250,
};

/** The bounds where a guest that answers probes may be silent for so long. */
export function heartbeatBounds(heartbeatTimeoutMs: number): HeartbeatBounds {
  return {
    ...defaultHeartbeatBounds,
    answeringGuestMs: heartbeatTimeoutMs,
    beatingGuestMs: Math.max(heartbeatTimeoutMs, defaultHeartbeatBounds.beatingGuestMs),
  };
}

/** The view of a guest that is listened to from now on. */
export function beginListening(nowMs: number): HeartbeatView {
  return {
    quietSinceMs: nowMs,
    lookTimeMs: nowMs,
    probeTimeMs: undefined,
    isProbeAnswered: false,
    answersInARow: 0,
    answersProbes: false,
  };
}

/** Observes a new connection to the same guest. Beats that waited for it may come in a burst: they answer nothing. */
export function afterConnect(view: HeartbeatView): HeartbeatView {
  return { ...view, isProbeAnswered: false, answersInARow: 0 };
}

/** Observes a probe that was sent. */
export function afterProbe(view: HeartbeatView, nowMs: number): HeartbeatView {
  const answersInARow = view.isProbeAnswered ? view.answersInARow : 0;
  return { ...view, probeTimeMs: nowMs, isProbeAnswered: false, answersInARow };
}

/** Observes a beat. */
export function afterBeat(view: HeartbeatView, nowMs: number): HeartbeatView {
  const heard = { ...view, quietSinceMs: nowMs };
  if (view.probeTimeMs === undefined || view.isProbeAnswered) return heard;
  const answersInARow = view.answersInARow + 1;
  const answersProbes = view.answersProbes || answersInARow >= answersThatProve;
  return { ...heard, isProbeAnswered: true, answersInARow, answersProbes };
}

/**
 * Judges a guest. Looks are expected at the times that the verdicts ask for: where one comes late by more than a probe
 * interval, this process stood still, and the guest is not blamed for the beats that lie unread meanwhile.
 */
export function look(
  view: HeartbeatView,
  bounds: HeartbeatBounds,
  nowMs: number,
): { readonly view: HeartbeatView; readonly verdict: HeartbeatVerdict } {
  const stallMs = nowMs - view.lookTimeMs - bounds.probeIntervalMs;
  const isStalled = stallMs > bounds.probeIntervalMs;
  const quietSinceMs = isStalled ? Math.min(nowMs, view.quietSinceMs + stallMs) : view.quietSinceMs;
  const seen = { ...view, quietSinceMs, lookTimeMs: nowMs };
  return { view: seen, verdict: judge(seen, bounds, nowMs) };
}

/**
 * A guest that only beats each 5 s can't put a beat after each of three probes in a row, though the first may meet a
 * burst of old beats and the second a beat by chance.
 */
const answersThatProve = 3;

function judge(view: HeartbeatView, bounds: HeartbeatBounds, nowMs: number): HeartbeatVerdict {
  const allowedMs = view.answersProbes ? bounds.answeringGuestMs : bounds.beatingGuestMs;
  const silentMs = nowMs - view.quietSinceMs;
  if (silentMs >= allowedMs) return { kind: 'silent', silentMs };
  const isLearning = !view.answersProbes && view.isProbeAnswered;
  const intervalMs = isLearning ? bounds.learningIntervalMs : bounds.probeIntervalMs;
  const dueInMs = view.probeTimeMs === undefined ? 0 : view.probeTimeMs + intervalMs - nowMs;
  const isProbeDue = dueInMs <= 0;
  // Who does not know the guest yet looks often: an answer brings the next probe forward.
  const lookIntervalMs = view.answersProbes ? bounds.probeIntervalMs : bounds.learningIntervalMs;
  const nextProbeMs = isProbeDue ? lookIntervalMs : Math.min(dueInMs, lookIntervalMs);
  return { kind: 'alive', isProbeDue, nextLookMs: Math.min(nextProbeMs, allowedMs - silentMs) };
}
