import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  SessionCommand,
  SessionEvent,
  SessionTimer,
} from '../../../../services/executor/machine/session-events.js';
import {
  newSession,
  type SessionState,
  step,
} from '../../../../services/executor/machine/session-state.js';

const good = { isSameVersion: true, isProven: true, reseeded: true, capacity: 4, clockErrorUs: 0n };

describe('the states of a session', () => {
  it('a guest that asks for a proof gets it at once, in another Hello', () => {
    const challenge = { kind: 'challenge', violation: undefined } as const;
    const greeted = story({ kind: 'start', delayMs: 0 }, { kind: 'connected' }, challenge);
    expect(greeted.at(-1)).toBe('greeting: hello');
  });

  it('a guest that does not prove that it knows the secret gets no work, and that is logged', () => {
    const start = [{ kind: 'start', delayMs: 0 }, { kind: 'connected' }] as const;
    const wrong = { kind: 'challenge', violation: 'it does not know the secret' } as const;
    for (const event of [wrong, ready({ isProven: false })]) {
      expect(story(...start, event).at(-1)).toBe('greeting: log-violation, hello');
    }
  });

  it('a session opens with the first Ready that counts', () => {
    expect(story({ kind: 'start', delayMs: 0 }, { kind: 'connected' }, ready())).toEqual([
      'connecting: connect',
      'greeting: flush-line, hello, set-timer hello',
      'open: clear-timers, set-timer steady, set-timer probe, report-ready',
    ]);
  });

  it('a guest with a wrong clock is greeted again at once, twice, and then once a second', () => {
    const late = ready({ clockErrorUs: 900_000n });
    const steps = story(
      { kind: 'start', delayMs: 0 },
      { kind: 'connected' },
      late,
      late,
      late,
      late,
      { kind: 'timer', timer: 'hello' },
    );
    expect(steps.slice(2)).toEqual([
      'greeting: log-violation, hello',
      'greeting: log-violation, hello',
      'greeting: log-violation',
      'greeting: ',
      'greeting: hello, set-timer hello',
    ]);
  });

  it('a channel that is cut is connected again after 50 ms, doubled to 2 s', () => {
    let state = newSession;
    const delays = Array.from({ length: 8 }, () => {
      const after = step(state, { kind: 'cut' });
      state = after.state;
      return after.commands.flatMap((each) => (each.kind === 'set-timer' ? [each.delayMs] : []));
    });
    expect(delays.flat()).toEqual([50, 100, 200, 400, 800, 1600, 2000, 2000]);
  });

  it('a session that is restarted is lost once and connected again when the old connection has ended', () => {
    const steps = story(
      { kind: 'start', delayMs: 0 },
      { kind: 'connected' },
      ready(),
      { kind: 'restart', reason: 'an execution was lost' },
      { kind: 'restart', reason: 'again' },
      { kind: 'cut' },
      { kind: 'timer', timer: 'reconnect' },
    );
    expect(steps.slice(3)).toEqual([
      'resetting: clear-timers, report-lost, reset',
      'resetting: ',
      'waiting: clear-timers, set-timer reconnect',
      'connecting: connect',
    ]);
  });

  it('a closed session stays closed whatever comes', () => {
    const closed = step(newSession, { kind: 'close' }).state;
    fc.assert(
      fc.property(fc.array(anyEvent), (events) => {
        for (const event of events) expect(step(closed, event).commands).toEqual([]);
      }),
    );
  });

  it('a session reports ready, lost and a fault in turn: no loss without a ready, nothing after a fault', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { size: 'large' }), (events) => {
        const reports = commandsOf(events)
          .map(({ kind }) => kind)
          .filter((kind) => kind.startsWith('report-') && kind !== 'report-unfit')
          .join(' ');
        expect(reports).toMatch(/^(report-ready report-lost ?)*(report-ready)?(report-fault)?$/);
      }),
      { numRuns: 500 },
    );
  });
});

function story(...events: readonly SessionEvent[]): string[] {
  let state: SessionState = newSession;
  return events.map((event) => {
    const after = step(state, event);
    state = after.state;
    return `${state.phase}: ${after.commands.map(nameOf).join(', ')}`;
  });
}

function commandsOf(events: readonly SessionEvent[]): SessionCommand[] {
  let state: SessionState = newSession;
  return events.flatMap((event) => {
    if (!isPossible(event, state)) return [];
    const after = step(state, event);
    state = after.state;
    return after.commands;
  });
}

/** What a driver can see: it starts once, and a timer fires only where it was set. */
function isPossible(event: SessionEvent, state: SessionState): boolean {
  switch (event.kind) {
    case 'start':
      return state === newSession;
    case 'connected':
      return state.phase === 'connecting';
    case 'cut':
      return state.phase !== 'waiting';
    case 'timer':
      return event.timer === timerOf[state.phase];
    case 'expect-ready':
    case 'ready':
    case 'challenge':
    case 'no-session':
    case 'corrupt':
    case 'left-unread':
    case 'restart':
    case 'close':
      return true;
  }
}

const timerOf: Readonly<Record<SessionState['phase'], SessionTimer | undefined>> = {
  waiting: 'reconnect',
  connecting: undefined,
  greeting: 'hello',
  open: 'probe',
  resetting: undefined,
  closed: undefined,
};

function nameOf(command: SessionCommand): string {
  return command.kind === 'set-timer' ? `${command.kind} ${command.timer}` : command.kind;
}

function ready(more: Partial<typeof good> = {}): SessionEvent {
  return { kind: 'ready', claim: { ...good, ...more } };
}

const anyEvent: fc.Arbitrary<SessionEvent> = fc.constantFrom<SessionEvent>(
  { kind: 'start', delayMs: 0 },
  { kind: 'expect-ready' },
  { kind: 'connected' },
  { kind: 'cut' },
  ready(),
  ready({ isSameVersion: false }),
  ready({ isProven: false }),
  ready({ reseeded: false }),
  { kind: 'challenge', violation: undefined },
  { kind: 'challenge', violation: 'it does not know the secret' },
  ready({ capacity: 0 }),
  { kind: 'no-session' },
  { kind: 'corrupt', reason: 'a checksum' },
  { kind: 'restart', reason: 'a reason' },
  { kind: 'timer', timer: 'reconnect' },
  { kind: 'timer', timer: 'hello' },
  { kind: 'timer', timer: 'probe' },
);
