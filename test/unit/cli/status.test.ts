import { describe, expect, it } from 'vitest';
import { fitted, machineLine } from '../../../services/cli/status.js';
import { ExecutorMachine } from '../../../services/gen/pbot/vm/v1/executor.js';
import { FaultReason, Machine, MachineState } from '../../../services/gen/pbot/vm/v1/watchdog.js';

const ready = Machine.create({ name: 'vm', state: MachineState.READY, generation: 4 });
const working = ExecutorMachine.create({ name: 'vm', connected: true, running: 1, capacity: 2 });

describe('a line of pbot-vm status --watch', () => {
  it('a line has what the Watchdog and the Executor say of a machine', () => {
    expect(machineLine(ready, working)).toBe('vm READY, 1 of 2 running');
    expect(machineLine(ready, undefined)).toBe('vm READY, not connected');
  });

  it('a line has the reverts of a machine that is READY, and the detail of another one', () => {
    const reverted = Machine.create({
      ...ready,
      revertCount: 3,
      lastRevertDuration: { seconds: 0n, nanos: 420_000_000 },
      lastFault: { reason: FaultReason.TIMED_OUT },
      stateDetail: 'It beats.',
    });
    expect(machineLine(reverted, working)).toBe(
      'vm READY, 1 of 2 running, reverts 3 (0.42 s), TIMED_OUT',
    );
    const stuck = { ...reverted, revertObstacle: 'has no snapshot: virsh snapshot-create-as vm 1' };
    expect(machineLine(stuck, working)).toMatch(
      /, TIMED_OUT, has no snapshot: virsh [a-z-]+ vm 1$/,
    );
    const offline = { ...reverted, state: MachineState.OFFLINE, stateDetail: 'The domain is off.' };
    expect(machineLine(offline, undefined)).toBe('vm OFFLINE, TIMED_OUT, The domain is off.');
  });

  it.each([
    ['fits', 'x'.repeat(80), 'x'.repeat(80)],
    ['is too long', 'x'.repeat(81), `${'x'.repeat(77)}...`],
    ['has several lines', 'one\ntwo', 'one...'],
  ])('a line that %s takes one line of 80 columns', (_, text, line) => {
    expect(fitted(text)).toBe(line);
  });
});
