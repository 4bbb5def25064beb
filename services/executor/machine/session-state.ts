// The states of the data channel of one generation of a machine, as a pure function of a state and an event.
//
//   waiting ──delay over──▶ connecting ──connected──▶ greeting ──Ready──▶ open
//      ▲                        │                        │                 │
//      └────────────────────────┴─────── cut ────────────┴─────────────────┤
//      └──── cut ──── resetting ◀──────────── restart ───────────────────────┘
//
//   closed: from every state, for good, by `close` or a fault

import type {
  ReadyClaim,
  SessionCommand,
  SessionEvent,
  SessionFault,
  SessionTimer,
} from './session-events.js';

/**
 * How far the channel has come:
 * - `waiting`: there is no connection; the next attempt follows after a delay;
 * - `connecting`: a connection is being opened;
 * - `greeting`: Hello is sent, once a second, until the guest answers with a Ready that counts;
 * - `open`: the guest has answered, and executions may run;
 * - `resetting`: the connection was reset on purpose, and its end is awaited;
 * - `closed`: nothing follows.
 */
type SessionPhase = 'waiting' | 'connecting' | 'greeting' | 'open' | 'resetting' | 'closed';

export interface SessionState {
  readonly phase: SessionPhase;
  /** `unfit`: the guest speaks another version of the protocol. It is asked again in case it is replaced. */
  readonly guest: 'fit' | 'unfit';
  /** `due`: the machine is known to run, and may not be silent for long. */
  readonly answer: 'not due' | 'due';
  /** Of this connection. */
  readonly hellos: number;
  /** Why the last Ready did not count. */
  readonly violation: string | undefined;
  /** The number of the Hello after which a violation was logged last. */
  readonly loggedHello: number;
  readonly nextDelayMs: number;
}

/** More than all that credit allows: a guest that leaves more unread does not read at all. */
export const maxUnreadBytes = 8 * 1024 * 1024;

/** A guest may not have read the first Hello: while it boots nobody listens, and a serial port drops bytes. */
const helloIntervalMs = 1000;

/** A session can be forgotten while nothing is sent in it: while a program computes, or before the next one comes. */
const probeIntervalMs = 1000;

/** A READY machine whose server has not answered for so long has something wrong with it. */
const silenceLimitMs = 15_000;

const minReconnectDelayMs = 50;
const maxReconnectDelayMs = 2000;

/** A session that has lasted so long was not one of a guest that cuts each of them. */
const steadySessionMs = 5000;

/** Programs sign and compare times with others: after a revert the guest's clock must be right again. */
const maxClockErrorUs = 500_000n;

/** A Hello that waited behind others sets a clock too late: a few more are sent at once. */
const quickHellos = 3;

export const newSession: SessionState = {
  phase: 'waiting',
  guest: 'fit',
  answer: 'not due',
  hellos: 0,
  violation: undefined,
  loggedHello: 0,
  nextDelayMs: minReconnectDelayMs,
};

interface Step {
  readonly state: SessionState;
  readonly commands: readonly SessionCommand[];
}

/** The state after an event, and what the driver must do, in order. */
export function step(state: SessionState, event: SessionEvent): Step {
  if (state.phase === 'closed') return { state, commands: [] };
  switch (event.kind) {
    case 'start':
      return event.delayMs === 0 ? connect(state) : wait(state, event.delayMs);
    case 'expect-ready':
      return expectReady(state);
    case 'connected':
      return greet(state);
    case 'cut':
      return onCut(state);
    case 'ready':
      return onReady(state, event.claim);
    case 'challenge':
      return onChallenge(state, event.violation);
    case 'no-session': {
      const detail = 'the guest server knows nothing of its session';
      return faultWhileOpen(state, { kind: 'forgotten', detail });
    }
    case 'corrupt': {
      // Before the session is open, garbage is what an earlier one left behind.
      const detail = `a frame of the data channel was dropped: ${event.reason}`;
      return faultWhileOpen(state, { kind: 'corrupt', detail });
    }
    case 'left-unread': {
      const detail = `the guest server has left ${maxUnreadBytes} bytes unread`;
      return endWithFault(state, { kind: 'silent', detail });
    }
    case 'restart':
      return restart(state, event.reason);
    case 'close':
      return close(state);
    case 'timer':
      return onTimer(state, event.timer);
  }
}

function connect(state: SessionState): Step {
  return { state: { ...state, phase: 'connecting' }, commands: [{ kind: 'connect' }] };
}

function wait(state: SessionState, delayMs: number): Step {
  return {
    state: { ...state, phase: 'waiting' },
    commands: [{ kind: 'set-timer', timer: 'reconnect', delayMs }],
  };
}

function expectReady(state: SessionState): Step {
  if (state.answer === 'due') return { state, commands: [] };
  const commands = state.phase === 'open' ? [] : [awaitAnswer];
  return { state: { ...state, answer: 'due' }, commands };
}

const awaitAnswer: SessionCommand = {
  kind: 'set-timer',
  timer: 'silence',
  delayMs: silenceLimitMs,
};

function greet(state: SessionState): Step {
  const greeting = hello({ ...state, phase: 'greeting', hellos: 0, loggedHello: 0 });
  return { ...greeting, commands: [{ kind: 'flush-line' }, ...greeting.commands, nextHello] };
}

function hello(state: SessionState): Step {
  return { state: { ...state, hellos: state.hellos + 1 }, commands: [{ kind: 'hello' }] };
}

const nextHello: SessionCommand = {
  kind: 'set-timer',
  timer: 'hello',
  delayMs: helloIntervalMs,
};

function onCut(state: SessionState): Step {
  const lost = lose(state, 'the data channel was cut');
  const delayMs = state.nextDelayMs;
  const nextDelayMs = Math.min(2 * delayMs, maxReconnectDelayMs);
  const waiting = wait({ ...lost.state, nextDelayMs }, delayMs);
  const stopHello: SessionCommand = { kind: 'clear-timers', timers: ['hello'] };
  return { ...waiting, commands: [stopHello, ...lost.commands, ...waiting.commands] };
}

/** Ends an open session. The guest must answer again within its time. */
function lose(state: SessionState, reason: string): Step {
  if (state.phase !== 'open') return { state, commands: [] };
  return {
    state: { ...state, phase: 'resetting' },
    commands: [
      { kind: 'clear-timers', timers: ['probe', 'steady'] },
      ...(state.answer === 'due' ? [awaitAnswer] : []),
      { kind: 'report-lost', reason },
    ],
  };
}

function onReady(state: SessionState, claim: ReadyClaim): Step {
  if (state.phase !== 'greeting') return { state, commands: [] };
  if (!claim.isSameVersion) return onOtherVersion(state);
  const violation = violationOf(claim);
  if (violation !== undefined) return onViolation({ ...state, violation }, violation);
  return {
    state: { ...state, phase: 'open', guest: 'fit', violation: undefined },
    commands: [
      { kind: 'clear-timers', timers: ['hello', 'silence'] },
      { kind: 'set-timer', timer: 'steady', delayMs: steadySessionMs },
      { kind: 'set-timer', timer: 'probe', delayMs: probeIntervalMs },
      { kind: 'report-ready' },
    ],
  };
}

/** The next Hello carries the host's proof. */
function onChallenge(state: SessionState, violation: string | undefined): Step {
  if (state.phase !== 'greeting') return { state, commands: [] };
  return violation === undefined
    ? { state, commands: [{ kind: 'hello' }] }
    : onViolation({ ...state, violation }, violation);
}

function onOtherVersion(state: SessionState): Step {
  const commands: SessionCommand[] = [{ kind: 'clear-timers', timers: ['silence'] }];
  if (state.guest === 'fit') commands.push({ kind: 'report-unfit' });
  return { state: { ...state, guest: 'unfit' }, commands };
}

/** What a guest must have done before it gets work, as far as its word goes. */
function violationOf(claim: ReadyClaim): string | undefined {
  const { isProven, reseeded, capacity, clockErrorUs } = claim;
  if (!isProven) return 'it does not know the secret of the machine';
  if (!reseeded) return 'its random generator could not be reseeded';
  if (capacity === 0) return 'it has no slot for an execution';
  if (clockErrorUs <= maxClockErrorUs && clockErrorUs >= -maxClockErrorUs) return undefined;
  return `its clock is ${Number(clockErrorUs) / 1e6} s behind`;
}

function onViolation(state: SessionState, violation: string): Step {
  const { hellos } = state;
  // Once for each Hello, however often the guest answers it.
  const isLogged = state.loggedHello === hellos;
  const again = hellos < quickHellos ? hello(state) : { state, commands: [] };
  return {
    state: { ...again.state, loggedHello: hellos },
    commands: [
      ...(isLogged ? [] : [{ kind: 'log-violation', violation, hellos } as const]),
      ...again.commands,
    ],
  };
}

function faultWhileOpen(state: SessionState, fault: SessionFault): Step {
  return state.phase === 'open' ? endWithFault(state, fault) : { state, commands: [] };
}

function endWithFault(state: SessionState, fault: SessionFault): Step {
  const closed = close(state);
  return { ...closed, commands: [...closed.commands, { kind: 'report-fault', fault }] };
}

/** The reset keeps bytes that are under way from a guest that is being reverted. */
function close(state: SessionState): Step {
  const reason = 'the session was closed';
  return {
    state: { ...state, phase: 'closed' },
    commands: [
      { kind: 'clear-timers', timers: ['reconnect', 'hello', 'silence', 'steady', 'probe'] },
      { kind: 'reset' },
      ...(state.phase === 'open' ? [{ kind: 'report-lost', reason } as const] : []),
    ],
  };
}

function restart(state: SessionState, reason: string): Step {
  if (state.phase === 'waiting' || state.phase === 'resetting') return { state, commands: [] };
  const lost = lose(state, reason);
  return {
    state: { ...lost.state, phase: 'resetting' },
    commands: [...lost.commands, { kind: 'reset' }],
  };
}

function onTimer(state: SessionState, timer: SessionTimer): Step {
  switch (timer) {
    case 'reconnect':
      return connect(state);
    case 'hello': {
      const greeting = hello(state);
      return { ...greeting, commands: [...greeting.commands, nextHello] };
    }
    case 'probe':
      return {
        state,
        commands: [{ kind: 'probe' }, { kind: 'set-timer', timer, delayMs: probeIntervalMs }],
      };
    case 'steady':
      return { state: { ...state, nextDelayMs: minReconnectDelayMs }, commands: [] };
    case 'silence': {
      const limit = `${silenceLimitMs / 1000} s`;
      const detail =
        state.violation === undefined
          ? `the guest server has not opened a session within ${limit}`
          : `the guest server was not fit for work within ${limit}: ${state.violation}`;
      return endWithFault(state, { kind: 'silent', detail });
    }
  }
}
