import { describe, expect, it } from 'vitest';
import { createSnapshot, listSnapshots } from '../../../services/snapshot/snapshots.js';
import { FakeHypervisor, snapshotInfo } from './fake-hypervisor.js';

const target = { domain: 'pbot-vm', snapshot: '1' };

describe('the creation of a snapshot', () => {
  it('the creation of a snapshot returns the new snapshot', async () => {
    const hypervisor = new FakeHypervisor({ state: 'running' });

    await expect(createSnapshot(hypervisor, target, { replace: false })).resolves.toMatchObject({
      name: '1',
      domainState: 'running',
    });
  });

  it('a snapshot of the same name is replaced only on request', async () => {
    const hypervisor = new FakeHypervisor({ state: 'running', snapshots: [snapshotInfo()] });

    await expect(createSnapshot(hypervisor, target, { replace: false })).rejects.toMatchObject({
      kind: 'SNAPSHOT_EXISTS',
    });
    await createSnapshot(hypervisor, target, { replace: true });

    expect(hypervisor.calls).toEqual(['createSnapshot 1', 'deleteSnapshot 1', 'createSnapshot 1']);
  });

  it('a snapshot is created with "replace" where there is nothing to replace', async () => {
    const hypervisor = new FakeHypervisor({ state: 'running' });

    await expect(createSnapshot(hypervisor, target, { replace: true })).resolves.toBeDefined();
  });

  it.each(['shut off', 'paused', 'crashed', 'other'] as const)(
    'the old snapshot of a domain that is "%s" stays: a new one would hold no running machine',
    async (state) => {
      const hypervisor = new FakeHypervisor({ state, snapshots: [snapshotInfo()] });

      await expect(createSnapshot(hypervisor, target, { replace: true })).rejects.toMatchObject({
        kind: 'DOMAIN_NOT_RUNNING',
      });

      expect(hypervisor.snapshots).toHaveLength(1);
    },
  );
});

describe('the list of snapshots', () => {
  it('the list of snapshots keeps parents before children that were made in the same second', async () => {
    const names = ['parent', 'child', 'grandchild'];
    const snapshots = names.map((name) => snapshotInfo({ name }));
    const hypervisor = new FakeHypervisor({ state: 'running', snapshots });

    const listed = await listSnapshots(hypervisor, 'pbot-vm', {});

    expect(listed.map((snapshot) => snapshot.name)).toEqual(names);
  });

  it('the list of snapshots leaves out one that is deleted meanwhile', async () => {
    const hypervisor = new FakeHypervisor({ state: 'running', snapshots: [snapshotInfo()] });
    hypervisor.snapshotNames = () => Promise.resolve(['gone', '1']);

    const listed = await listSnapshots(hypervisor, 'pbot-vm', {});

    expect(listed.map((snapshot) => snapshot.name)).toEqual(['1']);
  });
});
