import { describe, expect, it } from 'vitest';
import { VirshError } from '../../../../deploy/host/libvirt/virsh.js';
import {
  hasSnapshot,
  isForeign,
  type Machine,
  machinesOf,
  startMachine,
  stopMachine,
} from '../../../../deploy/host/machine.js';
import type { HypervisorErrorKind } from '../../../../services/snapshot/hypervisor.js';
import { exampleHost } from './doctor/example-host.js';

describe('the snapshot of a machine', () => {
  it('a machine has its snapshot where libvirt lists it', async () => {
    const { machine } = machineOf({ 'snapshot-list': '0\n1\n' });
    expect(await hasSnapshot(machine)).toBe(true);
  });

  it('a machine lacks its snapshot where libvirt lists others', async () => {
    const { machine } = machineOf({ 'snapshot-list': '0\n11\n' });
    expect(await hasSnapshot(machine)).toBe(false);
  });

  it.each(['TIMED_OUT', 'LIBVIRT_UNAVAILABLE', 'OTHER'] as const)(
    'a virsh that fails (%s) is an error, and not a missing snapshot',
    async (kind) => {
      const { machine } = machineOf({ 'snapshot-list': failure(kind) });
      await expect(hasSnapshot(machine)).rejects.toMatchObject({ kind });
    },
  );
});

describe('the domain of a machine', () => {
  it('a domain that libvirt does not know belongs to nobody', async () => {
    const { machine } = machineOf({ domstate: failure('DOMAIN_NOT_FOUND') });
    expect(await isForeign(machine)).toBe(false);
  });

  it('a domain that we have not made belongs to somebody else', async () => {
    const { machine } = machineOf({ domstate: 'shut off\n' });
    expect(await isForeign(machine)).toBe(true);
  });

  it('a virsh that fails is an error, and not a missing domain', async () => {
    const { machine } = machineOf({ domstate: failure('TIMED_OUT') });
    await expect(isForeign(machine)).rejects.toThrow(/^virsh domstate has failed: /);
  });

  it('a machine that runs is not started', async () => {
    const { machine, ran } = machineOf({ domstate: 'running\n' });
    await startMachine(machine);
    expect(ran).toEqual(['domstate']);
  });

  it('a machine that is off is started', async () => {
    const { machine, ran } = machineOf({ domstate: 'shut off\n', start: '' });
    await startMachine(machine);
    expect(ran).toEqual(['domstate', 'start']);
  });

  it.each(['DOMAIN_NOT_RUNNING', 'DOMAIN_NOT_FOUND', 'LIBVIRT_UNAVAILABLE'] as const)(
    'to stop a machine that does not run (%s) is no error',
    async (kind) => {
      const { machine } = machineOf({ destroy: failure(kind) });
      expect(await stopMachine(machine)).toBe(false);
    },
  );

  it('a machine that libvirt fails to stop is an error', async () => {
    const { machine } = machineOf({ destroy: failure('TIMED_OUT') });
    await expect(stopMachine(machine)).rejects.toThrow(VirshError);
  });
});

/** A machine whose libvirt gives these answers, by the subcommand of virsh. */
function machineOf(answers: Record<string, string | HypervisorFailure>): {
  machine: Machine;
  /** Subcommands of virsh, as they were run. */
  ran: string[];
} {
  const ran: string[] = [];
  const host = {
    ...exampleHost({ PBOTVM_HOME: '/nonexistent' }),
    virsh: async (subcommand: string) => {
      ran.push(subcommand);
      const answer = answers[subcommand] ?? failure('OTHER');
      if (typeof answer === 'string') return answer;
      throw new VirshError(subcommand, answer);
    },
  };
  const [machine] = machinesOf(host);
  if (machine === undefined) throw new Error('a host has a machine');
  return { machine, ran };
}

interface HypervisorFailure {
  readonly kind: HypervisorErrorKind;
  readonly reason: string;
}

function failure(kind: HypervisorErrorKind): HypervisorFailure {
  return { kind, reason: 'it did not go well' };
}
