import { describe, expect, it } from 'vitest';
import {
  afterBeat,
  afterConnect,
  afterProbe,
  beginListening,
  defaultHeartbeatBounds as bounds,
  type HeartbeatView,
  heartbeatBounds,
  look,
} from '../../../services/watchdog/heartbeat.js';

describe('a guest that only beats each 5 s', () => {
  it('a guest that only beats each 5 s is silent after 15 s without a beat, not before', () => {
    const view = lookEachSecond(afterBeat(beginListening(0), 5_000), { fromMs: 0, toMs: 19_000 });
    expect(look(view, bounds, 19_999).verdict.kind).toBe('alive');
    expect(look(view, bounds, 20_000).verdict).toEqual({ kind: 'silent', silentMs: 15_000 });
  });

  it('a beat that follows a probe by chance does not prove that the guest answers probes', () => {
    let view = beginListening(0);
    for (let nowMs = 0; nowMs < 600_000; nowMs += 500) {
      if (nowMs % 5_000 === 500) view = afterBeat(view, nowMs);
      if (nowMs % 1_000 === 0) view = afterProbe(view, nowMs);
    }
    expect(view.answersProbes).toBe(false);
  });

  it('a burst of old beats at a connect does not prove that the guest answers probes', () => {
    let view = afterProbe(afterConnect(beginListening(0)), 0);
    for (let burst = 0; burst < 5; burst += 1) view = afterBeat(view, 1);
    view = afterBeat(afterProbe(view, 250), 400);
    view = afterProbe(view, 500);
    expect(view.answersProbes).toBe(false);
  });
});

describe('a guest that answers probes', () => {
  const answering = answerProbes(beginListening(0), [0, 1_000, 2_000]);

  it('a guest that answered three probes in a row is silent after 3 s', () => {
    expect(answerProbes(beginListening(0), [0, 1_000]).answersProbes).toBe(false);
    expect(answering.answersProbes).toBe(true);
    const view = lookEachSecond(answering, { fromMs: 2_000, toMs: 5_000 });
    expect(look(view, bounds, 5_009).verdict.kind).toBe('alive');
    expect(look(view, bounds, 5_010).verdict).toEqual({ kind: 'silent', silentMs: 3_000 });
  });

  it('a guest that answered three probes in a row may be silent for as long as is configured', () => {
    const patient = heartbeatBounds(120_000);
    const view = { ...answering, lookTimeMs: 121_000 };
    expect(look(view, patient, 122_009).verdict.kind).toBe('alive');
    expect(look(view, patient, 122_010).verdict).toEqual({ kind: 'silent', silentMs: 120_000 });
  });

  it('a guest that answers probes keeps its 3 s when the connection is lost', () => {
    const view = lookEachSecond(afterConnect(answering), { fromMs: 2_000, toMs: 5_000 });
    expect(look(view, bounds, 5_010).verdict.kind).toBe('silent');
  });

  it('a guest is probed more often until it is known to answer', () => {
    const view = answerProbes(beginListening(0), [0]);
    expect(look(view, bounds, 200).verdict).toMatchObject({ isProbeDue: false, nextLookMs: 50 });
    expect(look(view, bounds, 250).verdict).toMatchObject({ isProbeDue: true });
    expect(look(afterProbe(view, 250), bounds, 500).verdict).toMatchObject({ isProbeDue: false });
  });

  it('a guest that is known to answer is probed each second', () => {
    expect(look(answering, bounds, 2_500).verdict).toMatchObject({
      isProbeDue: false,
      nextLookMs: 500,
    });
    expect(look(answering, bounds, 3_000).verdict).toMatchObject({ isProbeDue: true });
  });
});

describe('a Watchdog that stood still', () => {
  const answering = answerProbes(beginListening(0), [0, 1_000, 2_000]);

  it('a Watchdog that stood still does not blame the guest for beats that it did not read', () => {
    const view = lookEachSecond(answering, { fromMs: 2_000, toMs: 3_000 });
    expect(look(view, bounds, 60_000).verdict.kind).toBe('alive');
  });

  it('a Watchdog whose looks all come late still finds a dead guest', () => {
    let view = lookEachSecond(answering, { fromMs: 2_000, toMs: 3_000 });
    const verdicts = [6_000, 9_000, 12_000, 15_000].map((nowMs) => {
      const looked = look(view, bounds, nowMs);
      view = looked.view;
      return looked.verdict.kind;
    });
    expect(verdicts).toContain('silent');
  });
});

function answerProbes(view: HeartbeatView, probeTimesMs: readonly number[]): HeartbeatView {
  return probeTimesMs.reduce(
    (seen, timeMs) => afterBeat(afterProbe(seen, timeMs), timeMs + 10),
    view,
  );
}

function lookEachSecond(
  view: HeartbeatView,
  span: { fromMs: number; toMs: number },
): HeartbeatView {
  let seen = view;
  for (let nowMs = span.fromMs; nowMs <= span.toMs; nowMs += 1_000) {
    seen = look(seen, bounds, nowMs).view;
  }
  return seen;
}
