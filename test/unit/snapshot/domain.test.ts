import { describe, expect, it } from 'vitest';
import { describeDomain, startDomain } from '../../../services/snapshot/domain.js';
import { FakeHypervisor, silentLog, snapshotInfo } from './fake-hypervisor.js';

const target = { domain: 'pbot-vm', snapshot: '1' };

describe('the start of a domain', () => {
  it('a domain that runs is not started', async () => {
    const hypervisor = new FakeHypervisor({ state: 'running', snapshots: [snapshotInfo()] });

    await expect(startDomain(hypervisor, target, silentLog)).resolves.toBe('running');

    expect(hypervisor.calls).toEqual([]);
  });

  it('a domain with its snapshot starts from the snapshot, never by a boot', async () => {
    const hypervisor = new FakeHypervisor({ state: 'shut off', snapshots: [snapshotInfo()] });

    await expect(startDomain(hypervisor, target, silentLog)).resolves.toBe('snapshot');

    expect(hypervisor.calls).toContain('loadInPlace 1 into a new QEMU');
    expect(hypervisor.calls).not.toContain('start');
  });

  it('a domain without its snapshot boots', async () => {
    const snapshots = [snapshotInfo({ name: 'another' })];
    const hypervisor = new FakeHypervisor({ state: 'shut off', snapshots });

    await expect(startDomain(hypervisor, target, silentLog)).resolves.toBe('boot');

    expect(hypervisor.calls).toEqual(['start']);
  });

  it('a domain that can be rebuilt is rebuilt instead of booted from its disk', async () => {
    const hypervisor = new FakeHypervisor({ state: 'shut off' });
    hypervisor.layer = { path: '/m/disk.qcow2', basePath: '/m/base.qcow2' };

    await expect(startDomain(hypervisor, target, silentLog)).resolves.toBe('rebuild');

    expect(hypervisor.calls).toContain('resetDisk');
    expect(hypervisor.state).toBe('running');
  });

  it('a paused machine with an image and no snapshot is rebuilt although its QEMU hangs', async () => {
    const hypervisor = new FakeHypervisor({ state: 'paused' });
    hypervisor.layer = { path: '/m/disk.qcow2', basePath: '/m/base.qcow2' };
    hypervisor.fail('domainInfo', 'TIMED_OUT');

    await expect(startDomain(hypervisor, target, silentLog)).resolves.toBe('rebuild');

    expect(hypervisor.calls[0]).toBe('kill');
    expect(hypervisor.state).toBe('running');
  });

  it('a paused domain is reverted instead of resumed: its memory may be garbage', async () => {
    const hypervisor = new FakeHypervisor({ state: 'paused', snapshots: [snapshotInfo()] });

    await expect(startDomain(hypervisor, target, silentLog)).resolves.toBe('snapshot');

    expect(hypervisor.calls[0]).toBe('loadInPlace 1');
  });

  it.each(['paused', 'crashed', 'other'] as const)(
    'a domain that is %s boots again where there is no snapshot',
    async (state) => {
      const hypervisor = new FakeHypervisor({ state });

      await expect(startDomain(hypervisor, target, silentLog)).resolves.toBe('boot');

      expect(hypervisor.calls).toEqual(['kill', 'start']);
    },
  );

  it('the start of a domain that libvirt does not know fails', async () => {
    const hypervisor = new FakeHypervisor({ state: 'running' });

    await expect(
      startDomain(hypervisor, { domain: 'nobody', snapshot: '1' }, silentLog),
    ).rejects.toMatchObject({ kind: 'DOMAIN_NOT_FOUND' });
  });
});

describe('the description of a domain', () => {
  it('the description of a domain holds its state, its type and its snapshots, oldest first', async () => {
    const hypervisor = new FakeHypervisor({
      state: 'paused',
      snapshots: [
        snapshotInfo({ name: 'newer', createdAt: new Date(2000) }),
        snapshotInfo({ name: 'older', createdAt: new Date(1000) }),
      ],
    });

    await expect(describeDomain(hypervisor, 'pbot-vm', {})).resolves.toEqual({
      state: 'paused',
      type: 'qemu',
      snapshots: ['older', 'newer'],
      isRebuildable: false,
    });
  });
});
