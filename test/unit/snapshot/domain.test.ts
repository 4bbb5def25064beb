import { describe, expect, it } from 'vitest';
import { describeDomain, startDomain } from '../../../services/snapshot/domain.js';
import { FakeHypervisor, silentLog, snapshotInfo } from './fake-hypervisor.js';

const target = { domain: 'pbot-vm', snapshot: '1' };

describe('the start of a domain', () => {
  it('leaves a running one alone', async () => {
    const hypervisor = new FakeHypervisor({ state: 'running', snapshots: [snapshotInfo()] });

    await expect(startDomain(hypervisor, target, silentLog)).resolves.toBe('running');

    expect(hypervisor.calls).toEqual([]);
  });

  it('goes through the snapshot where there is one, never through a boot', async () => {
    const hypervisor = new FakeHypervisor({ state: 'shut off', snapshots: [snapshotInfo()] });

    await expect(startDomain(hypervisor, target, silentLog)).resolves.toBe('snapshot');

    expect(hypervisor.calls).toContain('loadInPlace 1');
    expect(hypervisor.calls).not.toContain('start');
  });

  it('boots where the snapshot is missing', async () => {
    const snapshots = [snapshotInfo({ name: 'another' })];
    const hypervisor = new FakeHypervisor({ state: 'shut off', snapshots });

    await expect(startDomain(hypervisor, target, silentLog)).resolves.toBe('boot');

    expect(hypervisor.calls).toEqual(['start']);
  });

  it('rebuilds one that can be rebuilt instead of booting what is on its disk', async () => {
    const hypervisor = new FakeHypervisor({ state: 'shut off' });
    hypervisor.layer = { path: '/m/disk.qcow2', basePath: '/m/base.qcow2' };

    await expect(startDomain(hypervisor, target, silentLog)).resolves.toBe('rebuild');

    expect(hypervisor.calls).toContain('resetDisk');
    expect(hypervisor.state).toBe('running');
  });

  it('puts a paused one back instead of resuming what may be garbage', async () => {
    const hypervisor = new FakeHypervisor({ state: 'paused', snapshots: [snapshotInfo()] });

    await expect(startDomain(hypervisor, target, silentLog)).resolves.toBe('snapshot');

    expect(hypervisor.calls[0]).toBe('loadInPlace 1');
  });

  it.each(['paused', 'crashed', 'other'] as const)(
    'boots a %s one anew where there is no snapshot',
    async (state) => {
      const hypervisor = new FakeHypervisor({ state });

      await expect(startDomain(hypervisor, target, silentLog)).resolves.toBe('boot');

      expect(hypervisor.calls).toEqual(['kill', 'start']);
    },
  );

  it('fails for a domain that libvirt does not know', async () => {
    const hypervisor = new FakeHypervisor({ state: 'running' });

    await expect(
      startDomain(hypervisor, { domain: 'nobody', snapshot: '1' }, silentLog),
    ).rejects.toMatchObject({ kind: 'DOMAIN_NOT_FOUND' });
  });
});

describe('the description of a domain', () => {
  it('holds its state, its type and its snapshots, oldest first', async () => {
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
    });
  });
});
