import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyEvent,
  type FaultReason,
  IllegalMoveError,
  judgeReport,
  type Machine,
  type MachineEvent,
  newMachine,
  stateTable,
} from '../../../services/watchdog/machine-state.js';

const fresh = newMachine({
  name: 'vm',
  domain: 'vm',
  heartbeatAddress: '127.0.0.1:5556',
  generation: 7,
  nowMs: 0,
});

const up: MachineEvent = { kind: 'domain-up', detail: 'up' };
const beat: MachineEvent = { kind: 'heartbeat' };
const fault: MachineEvent = { kind: 'fault', reason: 'timed-out', detail: 'slow' };
const reverted: MachineEvent = { kind: 'reverted', detail: 'in place' };
const failed: MachineEvent = { kind: 'revert-failed', detail: 'no snapshot' };
const lost: MachineEvent = { kind: 'lost', detail: 'given up' };
const ignored: MachineEvent = { kind: 'fault-ignored', reason: 'timed-out', detail: 'slow' };

const after = (...events: MachineEvent[]): Machine =>
  events.reduce((machine, event, index) => applyEvent(machine, event, (index + 1) * 1000), fresh);

describe('the life of a machine', () => {
  it('a machine goes from a fault through a revert to the next heartbeat, and records how long it took', () => {
    const reverting = after(up, beat, fault);
    expect(reverting).toMatchObject({
      state: 'reverting',
      generation: 8,
      stateTimeMs: 3000,
      lastFault: { reason: 'timed-out', detail: 'slow', generation: 7, timeMs: 3000 },
    });
    expect(after(up, beat, fault, failed, reverted, beat)).toMatchObject({
      state: 'ready',
      generation: 8,
      heartbeatTimeMs: 6000,
      revertCount: 1,
      lastRevertDurationMs: 3000,
      stateDetail: 'It beats, 3.00 s after the fault.',
    });
  });

  it('a heartbeat of a machine that is being reverted is an illegal move', () => {
    expect(() => applyEvent(after(up, beat, fault), beat, 9)).toThrow(
      new IllegalMoveError('"heartbeat" is refused: machine vm is reverting'),
    );
  });

  it('the state time of a READY machine stays while it beats', () => {
    expect(after(up, beat, beat)).toMatchObject({ stateTimeMs: 2000, heartbeatTimeMs: 3000 });
  });

  it('a machine that comes back from OFFLINE has a new generation', () => {
    expect(after(up, beat, lost, beat)).toMatchObject({ state: 'ready', generation: 8 });
    expect(after(up, beat, lost, up, beat)).toMatchObject({ state: 'ready', generation: 8 });
  });

  it('a machine that came back by itself does not count as reverted', () => {
    expect(after(up, beat, fault, lost, beat)).toMatchObject({ state: 'ready', revertCount: 0 });
  });

  it('a fault that is ignored is recorded and does not change the state', () => {
    expect(after(up, beat, ignored)).toMatchObject({
      state: 'ready',
      generation: 7,
      lastFault: { generation: 7 },
    });
  });
});

describe('a report of a fault', () => {
  const ready = after(up, beat);
  const judge = (machine: Machine, generation: number, noRevert = false) =>
    judgeReport(machine, { generation, reason: 'timed-out', noRevert });

  it('a report of the present generation starts a revert', () => {
    expect(judge(ready, 7)).toBe('start');
  });

  it('a report is handled already if it is older, or the machine is REVERTING or OFFLINE', () => {
    expect(judge(ready, 6)).toBe('handled');
    expect(judge(after(up, beat, fault), 7)).toBe('handled');
    expect(judge(after(up, beat, fault), 8)).toBe('handled');
    expect(judge(after(up, lost), 7)).toBe('handled');
  });

  it('a report is ignored if reverts are disabled', () => {
    expect(judge(ready, 7, true)).toBe('ignored');
    expect(judge(ready, 6, true)).toBe('handled');
  });

  it('a report is ignored if the machine has no snapshot and the guest did its duty', () => {
    const stuck = after(up, beat, { kind: 'obstacle', obstacle: 'has no snapshot' });
    const judgeReason = (reason: FaultReason) =>
      judgeReport(stuck, { generation: 7, reason, noRevert: false });
    expect(judgeReason('timed-out')).toBe('ignored');
    expect(judgeReason('busy-while-idle')).toBe('ignored');
    expect(judgeReason('guest-error')).toBe('start');
    expect(judgeReason('channel-corrupt')).toBe('start');
    expect(judgeReason('used')).toBe('start');
  });

  it('a report of a generation that the machine never had is refused', () => {
    expect(judge(ready, 8)).toBe('refused');
  });
});

describe('any sequence of events', () => {
  const events = fc.array(
    fc.oneof(
      fc.constantFrom(up, beat, fault, reverted, failed, lost, ignored),
      fc.record({ report: fc.integer({ min: -2, max: 1 }) }),
    ),
    { maxLength: 60 },
  );

  it('no sequence of events lowers the generation or starts two reverts in one', () => {
    fc.assert(
      fc.property(events, (steps) => {
        let machine = fresh;
        const reverted = new Set<number>();
        steps.forEach((step, index) => {
          const before = machine;
          machine = 'report' in step ? report(machine, step.report) : move(machine, step, index);
          expect(machine.generation).toBeGreaterThanOrEqual(before.generation);
          expect(machine.generation).toBeLessThanOrEqual(before.generation + 1);
          if (before.state !== 'reverting' && machine.state === 'reverting') {
            expect(machine.generation).toBe(before.generation + 1);
            expect(machine.lastFault?.generation).toBe(before.generation);
            expect(reverted.has(before.generation)).toBe(false);
            reverted.add(before.generation);
          }
          if (machine.state === 'ready') {
            expect(machine.heartbeatTimeMs).toBeDefined();
            expect(machine.revertStartTimeMs).toBeUndefined();
          }
          if (machine.state === 'reverting') expect(machine.revertStartTimeMs).toBeDefined();
          if (machine.state === before.state) expect(machine.stateTimeMs).toBe(before.stateTimeMs);
        });
        expect(machine.revertCount).toBeLessThanOrEqual(reverted.size);
      }),
    );
  });

  function move(machine: Machine, event: MachineEvent, nowMs: number): Machine {
    try {
      return applyEvent(machine, event, nowMs);
    } catch (error) {
      expect(error).toBeInstanceOf(IllegalMoveError);
      return machine;
    }
  }

  /** A report may always come: whatever it is judged to be must be a legal move. */
  function report(machine: Machine, offset: number): Machine {
    const generation = machine.generation + offset;
    const what = { generation, reason: 'timed-out', noRevert: false } as const;
    const isStarted = judgeReport(machine, what) === 'start';
    expect(isStarted && offset !== 0).toBe(false);
    return isStarted ? applyEvent(machine, fault, machine.stateTimeMs) : machine;
  }
});

describe('the table of moves', () => {
  it('the table of moves has a row for each state and a column for each event', () => {
    const [head = '', , ...rows] = stateTable().split('\n');
    expect(head).toMatch(/^\| State \| `domain-up` \| `heartbeat` \| `fault` /);
    expect(rows.map((row) => row.split(' ')[1])).toEqual([
      'UNKNOWN',
      'STARTING',
      'READY',
      'REVERTING',
      'OFFLINE',
    ]);
    expect(rows[0]).toMatch(
      /^\| UNKNOWN \| STARTING \| READY \| REVERTING \| UNKNOWN \| UNKNOWN \| OFFLINE \|/,
    );
  });
});
