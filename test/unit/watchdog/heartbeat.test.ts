import { describe, expect, it } from 'vitest';
import {
  afterBeat,
  afterConnect,
  afterProbe,
  beginListening,
  defaultHeartbeatBounds as bounds,
  type HeartbeatView,
  look,
} from '../../../services/watchdog/heartbeat.js';

describe('a guest that only beats each 5 s', () => {
  it('is silent after 15 s without a beat, not before', () => {
    const view = lookEachSecond(afterBeat(beginListening(0), 5_000), { fromMs: 0, toMs: 19_000 });
    expect(look(view, bounds, 19_999).verdict.kind).toBe('alive');
    expect(look(view, bounds, 20_000).verdict).toEqual({ kind: 'silent', silentMs: 15_000 });
  });

  it('is not taken for one that answers probes, though some beats follow a probe by chance', () => {
    let view = beginListening(0);
    for (let nowMs = 0; nowMs < 600_000; nowMs += 500) {
      if (nowMs % 5_000 === 500) view = afterBeat(view, nowMs);
      if (nowMs % 1_000 === 0) view = afterProbe(view, nowMs);
    }
    expect(view.answersProbes).toBe(false);
  });

  it('is not taken for one that answers probes because of a burst of old beats at a connect', () => {
    let view = afterProbe(afterConnect(beginListening(0)), 0);
    for (let burst = 0; burst < 5; burst += 1) view = afterBeat(view, 1);
    view = afterBeat(afterProbe(view, 250), 400);
    view = afterProbe(view, 500);
    expect(view.answersProbes).toBe(false);
  });
});

describe('a guest that answers probes', () => {
  const answering = answerProbes(beginListening(0), [0, 1_000, 2_000]);

  it('is known after three answers in a row, and silent after 3 s', () => {
    expect(answerProbes(beginListening(0), [0, 1_000]).answersProbes).toBe(false);
    expect(answering.answersProbes).toBe(true);
    const view = lookEachSecond(answering, { fromMs: 2_000, toMs: 5_000 });
    expect(look(view, bounds, 5_009).verdict.kind).toBe('alive');
    expect(look(view, bounds, 5_010).verdict).toEqual({ kind: 'silent', silentMs: 3_000 });
  });

  it('stays known when the connection is lost, and its silence counts on', () => {
    const view = lookEachSecond(afterConnect(answering), { fromMs: 2_000, toMs: 5_000 });
    expect(look(view, bounds, 5_010).verdict.kind).toBe('silent');
  });

  it('is probed more often until it is known to answer', () => {
    const view = answerProbes(beginListening(0), [0]);
    expect(look(view, bounds, 200).verdict).toMatchObject({ isProbeDue: false, nextLookMs: 50 });
    expect(look(view, bounds, 250).verdict).toMatchObject({ isProbeDue: true });
    expect(look(afterProbe(view, 250), bounds, 500).verdict).toMatchObject({ isProbeDue: false });
  });

  it('is probed each second once it is known to', () => {
    expect(look(answering, bounds, 2_500).verdict).toMatchObject({
      isProbeDue: false,
      nextLookMs: 500,
    });
    expect(look(answering, bounds, 3_000).verdict).toMatchObject({ isProbeDue: true });
  });
});

describe('a Watchdog that stood still', () => {
  const answering = answerProbes(beginListening(0), [0, 1_000, 2_000]);

  it('does not blame the guest for beats that it did not read', () => {
    const view = lookEachSecond(answering, { fromMs: 2_000, toMs: 3_000 });
    expect(look(view, bounds, 60_000).verdict.kind).toBe('alive');
  });

  it('still finds a dead guest while all its looks come late', () => {
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
