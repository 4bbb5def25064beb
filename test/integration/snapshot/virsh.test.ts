import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Virsh } from '../../../services/snapshot/virsh.js';
import { createFakeVirsh, type FakeVirsh } from '../../support/fake-virsh.js';

const target = { domain: 'pbot-vm', snapshot: '1' };
const patient = { readMs: 20_000, monitorMs: 20_000, changeMs: 20_000, snapshotMs: 20_000 };

describe('virsh', () => {
  let fake: FakeVirsh;
  let virsh: Virsh;

  beforeEach(() => {
    fake = createFakeVirsh();
    vi.stubEnv('PATH', `${fake.path}:${process.env['PATH']}`);
    for (const [name, value] of Object.entries(fake.environment)) vi.stubEnv(name, value);
    virsh = new Virsh({ uri: 'test:///default', limits: patient, pidDirectories: [] });
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    fake.remove();
  });

  it('virsh is called with every value after an equals sign, so that none becomes an option', async () => {
    await virsh.createSnapshot(target);
    await virsh.snapshotInfo(target);
    await virsh.revertToSnapshot(target, { force: false });
    await virsh.revertToSnapshot(target, { force: true });
    await virsh.deleteSnapshot(target);

    expect(fake.calls()).toEqual([
      'snapshot-create-as --domain=pbot-vm --name=1',
      'snapshot-dumpxml --domain=pbot-vm --snapshotname=1',
      'snapshot-revert --domain=pbot-vm --snapshotname=1 --running',
      'snapshot-revert --domain=pbot-vm --snapshotname=1 --running --force',
      'snapshot-delete --domain=pbot-vm --snapshotname=1',
    ]);
  });

  it('virsh is started without a shell: a name full of special characters is a name', async () => {
    const domain = '$(touch x); `id` "\' | &';

    await expect(virsh.domainState(domain)).rejects.toMatchObject({ kind: 'DOMAIN_NOT_FOUND' });

    expect(fake.calls()).toEqual([`domstate --domain=${domain}`]);
  });

  it('an in-place load fails by what the monitor prints, since the exit code of virsh is 0', async () => {
    await expect(virsh.loadInPlace(target, { isNew: false })).rejects.toMatchObject({
      kind: 'SNAPSHOT_BROKEN',
      message: "loadvm: Error: Snapshot '1' does not exist in one or more devices",
    });

    await virsh.createSnapshot(target);
    const loaded = { state: 'running', isExecuting: true };
    await expect(virsh.loadInPlace(target, { isNew: false })).resolves.toEqual(loaded);
  });

  it('virsh is started once for all that a revert reads first', async () => {
    await virsh.createSnapshot(target);

    await expect(virsh.revertSituation(target)).resolves.toMatchObject({
      state: 'running',
      isStopped: false,
      snapshot: { name: '1', domainState: 'running' },
    });
  });

  it('several commands in one virsh fail where one of them does, whatever the exit code', async () => {
    await expect(virsh.revertSituation(target)).rejects.toMatchObject({
      kind: 'SNAPSHOT_NOT_FOUND',
    });
    await expect(
      virsh.loadInPlace({ ...target, domain: 'other' }, { isNew: false }),
    ).rejects.toMatchObject({
      kind: 'DOMAIN_NOT_FOUND',
      message: "failed to get domain 'other'",
    });
  });

  it('a virsh that takes too long is killed', async () => {
    replaceBy(fake, '#!/bin/sh\nexec sleep 60\n');
    const hasty = new Virsh({
      uri: 'test:///default',
      limits: { ...patient, readMs: 100 },
      pidDirectories: [],
    });

    await expect(hasty.domainState('pbot-vm')).rejects.toMatchObject({
      kind: 'TIMED_OUT',
      message: 'virsh domstate took longer than 100 ms',
    });
  });

  it('the virsh of a read is killed when the caller goes away', async () => {
    replaceBy(fake, '#!/bin/sh\nexec sleep 60\n');
    const controller = new AbortController();
    const reading = virsh.domainState('pbot-vm', { signal: controller.signal });

    controller.abort();

    await expect(reading).rejects.toMatchObject({ kind: 'CANCELLED' });
  });

  it('a virsh that is not installed is reported', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'pbot-vm-no-virsh-'));
    vi.stubEnv('PATH', empty);

    await expect(virsh.domainState('pbot-vm')).rejects.toMatchObject({ kind: 'VIRSH_MISSING' });

    rmSync(empty, { recursive: true });
  });

  it('a virsh that was killed by something else is reported', async () => {
    replaceBy(fake, '#!/bin/sh\nkill -KILL $$\n');

    await expect(virsh.domainState('pbot-vm')).rejects.toMatchObject({
      kind: 'OTHER',
      message: expect.stringContaining('SIGKILL'),
    });
  });
});

function replaceBy(fake: FakeVirsh, script: string): void {
  writeFileSync(join(fake.path, 'virsh'), script);
  chmodSync(join(fake.path, 'virsh'), 0o755);
}
