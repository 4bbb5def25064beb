import { describe, expect, it } from 'vitest';
import { revertDomain } from '../../../services/snapshot/revert.js';
import { FakeHypervisor, silentLog, snapshotInfo } from './fake-hypervisor.js';

/** What a fresh QEMU goes through. */
const restart = ['kill', 'start paused', 'loadInPlace 1 into a new QEMU', 'resume'];

const target = { domain: 'pbot-vm', snapshot: '1' };

describe('a revert', () => {
  it('the revert of a running domain happens inside its QEMU', async () => {
    const hypervisor = fakeWith('running');

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('in-place');

    expect(hypervisor.calls).toEqual(['loadInPlace 1']);
  });

  it.each(['paused', 'crashed'] as const)(
    'the revert of a %s domain happens inside its QEMU, and lets it run again',
    async (state) => {
      const hypervisor = fakeWith(state);

      await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('in-place');

      expect(hypervisor.calls).toEqual(['loadInPlace 1', 'resume']);
    },
  );

  it.each(['shut off', 'other'] as const)(
    'the revert of a domain that is "%s" happens inside a QEMU that is started for it, before the guest does anything',
    async (state) => {
      const hypervisor = fakeWith(state);

      await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('restart');

      expect(hypervisor.calls).toEqual(restart);
      expect(hypervisor.state).toBe('running');
    },
  );

  it('the revert to a snapshot without memory is left to libvirt, which boots', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.snapshots = [snapshotInfo({ domainState: 'shutoff' })];

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('libvirt');
  });

  it('a domain whose load has failed is never resumed: its memory is garbage', async () => {
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
  ])('no memory is loaded into a machine that %s', async (_, hardware) => {
    const hypervisor = fakeWith('running');
    hypervisor.snapshots = [snapshotInfo({ hardware })];

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('libvirt');

    expect(hypervisor.calls).not.toContain('loadInPlace 1');
  });

  it('a revert kills a QEMU that hangs', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.fail('loadInPlace', 'TIMED_OUT');

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('restart');

    expect(hypervisor.calls).toEqual(['loadInPlace 1', ...restart]);
  });

  it('a revert asks nothing of a QEMU that was stopped: it would wait for the answer', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.isStoppedBySignal = true;

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('restart');

    expect(hypervisor.calls).toEqual(restart);
  });

  it('a revert kills the QEMU of a domain that libvirt can not describe in time', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.fail('domainInfo', 'TIMED_OUT');

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('restart');

    expect(hypervisor.calls).toEqual(restart);
  });

  it('a revert is left to libvirt when no QEMU can load the snapshot', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.fail('loadInPlace', 'OTHER');
    hypervisor.fail('loadInPlace', 'OTHER');

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('libvirt');

    expect(hypervisor.calls.slice(-2)).toEqual(['kill', 'revertToSnapshot 1']);
    expect(hypervisor.state).toBe('running');
  });

  it('a revert is forced only when libvirt asks for it', async () => {
    const hypervisor = fakeWith('shut off');
    hypervisor.fail('start', 'OTHER');
    hypervisor.fail('revertToSnapshot', 'FORCE_NEEDED');

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('libvirt');

    const reverts = hypervisor.calls.filter((call) => call.startsWith('revert'));
    expect(reverts).toEqual(['revertToSnapshot 1', 'revertToSnapshot 1 by force']);
  });

  it('a method after which the domain does not run has failed', async () => {
    const hypervisor = fakeWith('crashed');
    hypervisor.resume = () => Promise.resolve();

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('libvirt');
  });

  it('the error of a revert holds every failure when no method works', async () => {
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
    'a revert ends at %s: every other method would fail too',
    async (kind) => {
      const hypervisor = fakeWith('running');
      hypervisor.fail('loadInPlace', kind);

      await expect(revertDomain(hypervisor, target, silentLog)).rejects.toMatchObject({ kind });

      expect(hypervisor.calls).toEqual(['loadInPlace 1']);
    },
  );

  it('a revert changes nothing when there is no such snapshot', async () => {
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

  it('a machine with an image is rebuilt where its snapshot is missing', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.layer = layer;
    hypervisor.snapshots = [];

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('rebuild');

    expect(hypervisor.calls).toEqual(rebuild);
    expect(hypervisor.state).toBe('running');
  });

  it('a machine with an image is rebuilt where its snapshot is missing and its QEMU hangs', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.layer = layer;
    hypervisor.snapshots = [];
    hypervisor.fail('domainInfo', 'TIMED_OUT');

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('rebuild');

    expect(hypervisor.calls).toEqual(['kill', ...rebuild]);
  });

  it('a machine is not rebuilt where libvirt can not describe it even without a QEMU', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.layer = layer;
    hypervisor.snapshots = [];
    hypervisor.fail('domainInfo', 'TIMED_OUT');
    hypervisor.fail('domainInfo', 'TIMED_OUT', 'still no answer');

    await expect(revertDomain(hypervisor, target, silentLog)).rejects.toMatchObject({
      kind: 'TIMED_OUT',
      message: 'still no answer',
    });
    expect(hypervisor.calls).not.toContain('resetDisk');
  });

  it('a machine with an image is rebuilt where not even a fresh QEMU can load its snapshot', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.layer = layer;
    for (let i = 0; i < 2; i += 1) hypervisor.fail('loadInPlace', 'SNAPSHOT_BROKEN');
    hypervisor.fail('revertToSnapshot', 'OTHER');

    await expect(revertDomain(hypervisor, target, silentLog)).resolves.toBe('rebuild');

    expect(hypervisor.calls.slice(-2)).toEqual(rebuild.slice(-2));
  });

  it('a machine with an image stays as it is where only the name of the snapshot is wrong', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.layer = layer;

    await expect(
      revertDomain(hypervisor, { ...target, snapshot: 'typo' }, silentLog),
    ).rejects.toMatchObject({ kind: 'SNAPSHOT_NOT_FOUND' });

    expect(hypervisor.calls).toEqual([]);
  });

  it('a machine with an image stays as it is where no QEMU can be started: the snapshot may be good', async () => {
    const hypervisor = fakeWith('shut off');
    hypervisor.layer = layer;
    hypervisor.fail('start', 'OTHER');
    hypervisor.fail('revertToSnapshot', 'OTHER');

    await expect(revertDomain(hypervisor, target, silentLog)).rejects.toMatchObject({
      kind: 'OTHER',
    });

    expect(hypervisor.calls).not.toContain('resetDisk');
  });

  it('a machine with an image stays as it is where libvirt is away: nobody could rebuild it', async () => {
    const hypervisor = fakeWith('running');
    hypervisor.layer = layer;
    hypervisor.fail('loadInPlace', 'LIBVIRT_UNAVAILABLE');

    await expect(revertDomain(hypervisor, target, silentLog)).rejects.toMatchObject({
      kind: 'LIBVIRT_UNAVAILABLE',
    });

    expect(hypervisor.calls).not.toContain('resetDisk');
  });
});
