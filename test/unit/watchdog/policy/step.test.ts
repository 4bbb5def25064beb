import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  legalMoves,
  type MachineEvent,
  type MachineState,
  newMachine,
} from '../../../../services/watchdog/machine-state.js';
import { defaultRecoveryBounds } from '../../../../services/watchdog/policy/bounds.js';
import {
  type DomainQuestion,
  newRecovery,
  type RecoveryEvent,
  type RecoveryState,
} from '../../../../services/watchdog/policy/state.js';
import { step } from '../../../../services/watchdog/policy/step.js';
import { play } from './transcript.js';

const folder = fileURLToPath(new URL('./transcripts', import.meta.url));

describe('the policy of a machine', () => {
  it.each(readdirSync(folder))('the policy decides as the transcript %s says', async (name) => {
    const path = join(folder, name);
    const transcript = readFileSync(path, 'utf8');
    await expect(play(transcript)).toMatchFileSnapshot(path);
  });

  it('the policy makes every published move of the state table, and no other', () => {
    const moves = new Set<string>();
    const runs = { numRuns: 2000, seed: 1 };
    fc.assert(
      fc.property(
        fc.array(anyEvent, { minLength: 60, maxLength: 60 }),
        fc.boolean(),
        (events, noRevert) => {
          for (const move of movesOf(events, noRevert)) moves.add(move);
        },
      ),
      runs,
    );
    expect([...moves].sort()).toEqual(tableMoves());
  });
});

/** Every move that the table has: state, event and new state. */
function tableMoves(): string[] {
  return Object.entries(legalMoves)
    .flatMap(([from, moves]) =>
      Object.entries(moves).map(([event, to]) => `${from} ${event} ${to}`),
    )
    .sort();
}

/** Plays events, and gives the moves that were published. An event that the table lacks throws. */
function movesOf(events: readonly GeneratedEvent[], noRevert: boolean): string[] {
  const rules = { bounds: defaultRecoveryBounds, noRevert };
  const machine = newMachine({
    name: 'vm',
    domain: 'vm',
    heartbeatAddress: '',
    generation: 100,
    nowMs: 0,
  });
  let state = newRecovery(machine, rules, 0);
  let nowMs = 0;
  const moves: string[] = [];
  for (const { event, afterMs } of events) {
    nowMs += afterMs;
    if (!isPossible(event, state)) continue;
    let from: MachineState = state.machine.state;
    const after = step(state, { ...event, ...ofNow(event, state) }, { nowMs, rules });
    for (const command of after.commands) {
      if (command.kind !== 'publish') continue;
      const published: MachineEvent = command.event;
      moves.push(`${from} ${published.kind} ${command.machine.state}`);
      from = command.machine.state;
    }
    state = after.state;
  }
  return moves;
}

interface GeneratedEvent {
  readonly event: RecoveryEvent;
  readonly afterMs: number;
}

/** The driver answers what was asked: a revert ends only while one is under way, a timer fires only where it was set. */
function isPossible(event: RecoveryEvent, state: RecoveryState): boolean {
  const { activity, channel, snapshot, machine } = state;
  switch (event.kind) {
    case 'revert-succeeded':
    case 'revert-failed':
      // A revert under way outlives a stop.
      return (
        activity.kind === 'reverting' ||
        (activity.kind === 'stopping' && machine.state === 'reverting')
      );
    case 'domain-started':
    case 'start-failed':
      return activity.kind === 'starting-domain';
    case 'load-measured':
      return activity.kind === 'guarding';
    case 'saving-ended':
      return snapshot === 'saving';
    case 'domain-seen':
      return questionsOf(activity.kind).includes(event.question);
    case 'timer':
      return event.timer === 'retry'
        ? activity.kind === 'delaying-revert'
        : activity.kind === 'guarding' || activity.kind === 'awaiting-beat';
    case 'connected':
      return (
        channel === 'cut' && activity.kind !== 'reverting' && activity.kind !== 'delaying-revert'
      );
    case 'beat':
    case 'closed':
      return channel === 'connected';
    case 'begun':
      return false;
    case 'fault-reported':
    case 'revert-requested':
    case 'stop':
      return true;
  }
}

/** What may be asked meanwhile. */
function questionsOf(activity: RecoveryState['activity']['kind']): readonly DomainQuestion[] {
  switch (activity) {
    case 'awaiting-beat':
      return ['cut-off'];
    case 'guarding':
      return ['cut-off', 'snapshot'];
    case 'finding':
    case 'offline':
      return ['poll'];
    case 'starting-domain':
    case 'delaying-revert':
    case 'reverting':
    case 'stopping':
      return [];
  }
}

function ofNow(event: RecoveryEvent, { phase, machine }: RecoveryState) {
  if (event.kind === 'fault-reported') return { generation: machine.generation };
  return 'phase' in event ? { phase } : {};
}

const phase = 0;
const conditions = ['running', 'paused', 'shut-off', 'crashed', 'other', 'not-found'] as const;

const anyEventButStop: fc.Arbitrary<RecoveryEvent> = fc.oneof(
  // Five reverts in a row must fail before a machine is given up: as likely as all the rest together.
  fc.constantFrom<RecoveryEvent>(
    { kind: 'revert-failed', detail: 'no libvirt', obstacle: undefined },
    { kind: 'timer', timer: 'retry', phase },
  ),
  fc.constantFrom<RecoveryEvent>(
    { kind: 'connected' },
    { kind: 'beat' },
    { kind: 'closed' },
    { kind: 'revert-succeeded', how: 'in place', needsSnapshot: false },
    { kind: 'revert-succeeded', how: 'in place', needsSnapshot: true },
    { kind: 'revert-failed', detail: 'no snapshot', obstacle: 'has no snapshot' },
    { kind: 'revert-failed', detail: 'no libvirt', obstacle: undefined },
    { kind: 'domain-started', how: 'by a boot', needsSnapshot: true, phase },
    { kind: 'start-failed', detail: 'no disk', phase },
    { kind: 'saving-ended', phase },
    { kind: 'load-measured', usedMs: 1, timeMs: 1, phase },
    { kind: 'timer', timer: 'heartbeat', phase },
    { kind: 'timer', timer: 'retry', phase },
    { kind: 'revert-requested' },
  ),
  fc.constantFrom(...conditions).chain((condition) =>
    fc.constantFrom<RecoveryEvent>(
      { kind: 'domain-seen', question: 'poll', condition, obstacle: undefined, phase },
      { kind: 'domain-seen', question: 'poll', condition, obstacle: 'has no snapshot', phase },
      { kind: 'domain-seen', question: 'cut-off', condition, obstacle: undefined, phase },
      { kind: 'domain-seen', question: 'cut-off', condition, obstacle: 'has no snapshot', phase },
      {
        kind: 'domain-seen',
        question: 'snapshot',
        condition,
        obstacle: 'has no snapshot',
        phase,
      },
    ),
  ),
  fc.record({
    kind: fc.constant('fault-reported' as const),
    generation: fc.constant(0),
    reason: fc.constantFrom('timed-out' as const, 'used' as const),
    detail: fc.constant('A detail.'),
    isOfExecution: fc.boolean(),
  }),
);

const anyEvent: fc.Arbitrary<GeneratedEvent> = fc.record({
  afterMs: fc.constantFrom(0, 100, 1000, 5000, 61_000),
  event: fc.oneof(
    // Seldom, because nothing but the end of a revert comes after it.
    { weight: 1, arbitrary: fc.constant<RecoveryEvent>({ kind: 'stop' }) },
    { weight: 100, arbitrary: anyEventButStop },
  ),
});
