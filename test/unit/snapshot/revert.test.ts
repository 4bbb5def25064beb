import { describe, expect, it } from 'vitest';
import { revertDomain } from '../../../services/snapshot/revert.js';
import { FakeHypervisor, silentLog, snapshotInfo } from './fake-hypervisor.js';

/** What a fresh QEMU goes through. */
const restart = ['kill', 'start paused', 'loadInPlace 1', 'resume'];

const target = { domain: 'pbot-vm', snapshot: '1' };

describe('a revert', () => {
  it('of a running domain happens inside its QEMU', async () => {
    const hypervisor = fakeWith('running');

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('in-place');

    expect(hypervisor.calls).toEqual(['loadInPlace 1']);
  });

  it.each(['paused', 'crashed'] as const)(
    'of a %s domain happens inside its QEMU, and lets it run again',
    async (state) => {
      const hypervisor = fakeWith(state);

      await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('in-place');

      expect(hypervisor.calls).toEqual(['loadInPlace 1', 'resume']);
    },
  );

  it.each(['shut off', 'other'] as const)(
    'of a domain that is "%s" happens inside a QEMU that is started for it, before the guest does anything',
    async (state) => {
      const hypervisor = fakeWith(state);

      await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('restart');

      expect(hypervisor.calls).toEqual(restart);
      expect(hypervisor.state).toBe('running');
    },
  );

  it('to a snapshot without memory is left to libvirt, which boots', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.snapshots = [snapshotInfo({ domainState: 'shutoff' })];

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('libvirt');
  });

  it('never resumes a domain whose load has failed: its memory is garbage', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.fail('loadInPlace', 'OTHER');

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('restart');

    expect(hypervisor.calls).toEqual(['loadInPlace 1', ...restart]);
  });

  it.each([
    ['lacks a part', ['<memory>512</memory>', '<vcpu>1</vcpu>']],
    ['has another part', ['<memory>1024</memory>']],
    ['has fewer of a part', ['<memory>512</memory>', '<memory>512</memory>']],
    ['has a part more', []],
  ])('does not load memory into a machine that %s', async (_, hardware) => {
    const hypervisor = fakeWith('running');
    hypervisor.snapshots = [snapshotInfo({ hardware })];

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('libvirt');

    expect(hypervisor.calls).not.toContain('loadInPlace 1');
  });

  it('kills a QEMU that hangs', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.fail('loadInPlace', 'TIMED_OUT');

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('restart');

    expect(hypervisor.calls).toEqual(['loadInPlace 1', ...restart]);
  });

  it('asks nothing of a QEMU that was stopped: it would wait for the answer', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.isStopped = true;

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('restart');

    expect(hypervisor.calls).toEqual(restart);
  });

  it('is left to libvirt when no QEMU can load the snapshot', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.fail('loadInPlace', 'OTHER');
    hypervisor.fail('loadInPlace', 'OTHER');

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('libvirt');

    expect(hypervisor.calls.slice(-2)).toEqual(['kill', 'revertToSnapshot 1']);
    expect(hypervisor.state).toBe('running');
  });

  it('is forced only when libvirt asks for it', async () => {
    const hypervisor = fakeWith('shut off');
    hypervisor.fail('start', 'OTHER');
    hypervisor.fail('revertToSnapshot', 'FORCE_NEEDED');

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('libvirt');

    const reverts = hypervisor.calls.filter((call) => call.startsWith('revert'));
    expect(reverts).toEqual(['revertToSnapshot 1', 'revertToSnapshot 1 by force']);
  });

  it('does not believe a way after which the domain does not run', async () => {
    const hypervisor = fakeWith('crashed');
    hypervisor.resume = () => Promise.resolve();

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('libvirt');
  });

  it('tells every failure when no way works', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.fail('loadInPlace', 'OTHER', 'bad image');
    hypervisor.fail('kill', 'TIMED_OUT', 'no end of it');
    hypervisor.fail('revertToSnapshot', 'OTHER', 'no permission');

    await expect(revertDomain(hypervisor, target, silentLog)).rejects.toMatchObject({
      kind: 'OTHER',
      message: 'bad image; no end of it; no permission',
    });
  });

  it.each(['LIBVIRT_UNAVAILABLE', 'VIRSH_MISSING', 'DOMAIN_NOT_FOUND'] as const)(
    'ends at %s: no other way would do better',
    async (kind) => {
      const hypervisor = fakeWith('running');
      hypervisor.fail('loadInPlace', kind);

      await expect(revertDomain(hypervisor, target, silentLog)).rejects.toMatchObject({ kind });

      expect(hypervisor.calls).toEqual(['loadInPlace 1']);
    },
  );

  it('touches nothing when there is no such snapshot', async () => {
    const hypervisor = fakeWith('running');

    await expect(
      revertDomain(hypervisor, { domain: 'pbot-vm', snapshot: '2' }, silentLog),
    ).rejects.toMatchObject({ kind: 'SNAPSHOT_NOT_FOUND' });

    expect(hypervisor.calls).toEqual([]);
  });
});

function fakeWith(state: FakeHypervisor['state']): FakeHypervisor {
  return new FakeHypervisor({ state, snapshots: [snapshotInfo()] });
}

describe('a machine whose disk is a layer over an image', () => {
  const layer = { path: '/m/disk.qcow2', basePath: '/m/base.qcow2' };
  const rebuild = ['kill', 'resetDisk', 'start'];

  it('is rebuilt where its snapshot is missing', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.layer = layer;
    hypervisor.snapshots = [];

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('rebuild');

    expect(hypervisor.calls).toEqual(rebuild);
    expect(hypervisor.state).toBe('running');
  });

  it('is rebuilt where not even a fresh QEMU can load its snapshot', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.layer = layer;
    for (let i = 0; i < 2; i += 1) hypervisor.fail('loadInPlace', 'SNAPSHOT_BROKEN');
    hypervisor.fail('revertToSnapshot', 'OTHER');

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('rebuild');

    expect(hypervisor.calls.slice(-2)).toEqual(rebuild.slice(-2));
  });

  it('stays as it is where only the name of the snapshot is wrong', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.layer = layer;

    await expect(
      revertDomain(hypervisor, { ...target, snapshot: 'typo' }, silentLog),
    ).rejects.toMatchObject({ kind: 'SNAPSHOT_NOT_FOUND' });

    expect(hypervisor.calls).toEqual([]);
  });

  it('stays as it is where no QEMU can be started: the snapshot is not to blame', async () => {
    const hypervisor = fakeWith('shut off');
    hypervisor.layer = layer;
    hypervisor.fail('start', 'OTHER');
    hypervisor.fail('revertToSnapshot', 'OTHER');

    await expect(revertDomain(hypervisor, target, silentLog)).rejects.toMatchObject({
      kind: 'OTHER',
    });

    expect(hypervisor.calls).not.toContain('resetDisk');
  });

  it('stays as it is where libvirt is away: it would not be there to rebuild it', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.layer = layer;
    hypervisor.fail('loadInPlace', 'LIBVIRT_UNAVAILABLE');

    await expect(revertDomain(hypervisor, target, silentLog)).rejects.toMatchObject({
      kind: 'LIBVIRT_UNAVAILABLE',
    });

    expect(hypervisor.calls).not.toContain('resetDisk');
  });
});
