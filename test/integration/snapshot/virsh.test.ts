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
    virsh.close();
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
    const domain = '$(touch x);`id` " | &';

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

  it('one virsh takes all that a revert asks, and what is asked after it', async () => {
    await virsh.createSnapshot(target);

    await expect(virsh.revertSituation(target)).resolves.toMatchObject({
      state: 'running',
      snapshot: { name: '1', domainState: 'running' },
    });
    await virsh.loadInPlace(target, { isNew: false });
    await expect(virsh.processorTimeNs('pbot-vm')).resolves.toBe(1_000_000n);

    expect(fake.sessions()).toHaveLength(1);
  });

  it('questions at the same time are answered at the same time, each with what belongs to it', async () => {
    await virsh.createSnapshot(target);

    const [time, situation, loaded] = await Promise.all([
      virsh.processorTimeNs('pbot-vm'),
      virsh.revertSituation(target),
      virsh.loadInPlace(target, { isNew: false }),
    ]);

    expect(time).toBe(1_000_000n);
    expect(situation.snapshot.name).toBe('1');
    expect(loaded.isExecuting).toBe(true);
    expect(fake.sessions()).toHaveLength(3);
  });

  it('a virsh that was ended by something else has another one take its place', async () => {
    await virsh.processorTimeNs('pbot-vm');
    process.kill(fake.sessions()[0] as number, 'SIGKILL');

    await vi.waitFor(() => virsh.processorTimeNs('pbot-vm'));

    expect(fake.sessions()).toHaveLength(2);
  });

  it('a virsh that has lost libvirt while nobody asked is asked no more', async () => {
    replaceBy(fake, forgetfulScript);
    await expect(virsh.processorTimeNs('pbot-vm')).resolves.toBeUndefined();
    // What it says reaches the service some time later.
    await vi.waitFor(async () => {
      await virsh.processorTimeNs('pbot-vm').catch(() => undefined);
      expect(fake.sessions().length).toBeGreaterThan(1);
    });
  });

  it('a virsh that does not take a line says why', async () => {
    const odd = { domain: 'a\nb', snapshot: '1' };
    await expect(virsh.loadInPlace(odd, { isNew: false })).rejects.toMatchObject({ kind: 'OTHER' });
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
      limits: { ...patient, readMs: 100, snapshotMs: 100 },
      pidDirectories: [],
    });

    await expect(hasty.domainState('pbot-vm')).rejects.toMatchObject({
      kind: 'TIMED_OUT',
      message: 'virsh domstate took longer than 100 ms',
    });
    await expect(hasty.createSnapshot(target)).rejects.toMatchObject({
      kind: 'TIMED_OUT',
      message: 'virsh snapshot-create-as took longer than 100 ms',
    });
  });

  it('a read is not waited for when the caller goes away', async () => {
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
    await expect(virsh.deleteSnapshot(target)).rejects.toMatchObject({ kind: 'VIRSH_MISSING' });

    rmSync(empty, { recursive: true });
  });

  it('a virsh that was killed by something else is reported', async () => {
    replaceBy(fake, '#!/bin/sh\nkill -KILL $$\n');

    const readings = [virsh.domainState('pbot-vm'), virsh.deleteSnapshot(target)];
    const message = expect.stringContaining('SIGKILL');
    const reason = expect.objectContaining({ kind: 'OTHER', message });
    await expect(Promise.allSettled(readings)).resolves.toMatchObject([{ reason }, { reason }]);
  });
});

function replaceBy(fake: FakeVirsh, script: string): void {
  writeFileSync(join(fake.path, 'virsh'), script);
  chmodSync(join(fake.path, 'virsh'), 0o755);
}

/** Answers each line with nothing, and then loses libvirt. */
const forgetfulScript = `#!/bin/sh
echo $$ >>"$FAKE_VIRSH/sessions"
while read -r line; do
  for each in $(echo "$line" | grep -o "'[a-z]*'-[-0-9a-f]*" | tr -d "'"); do
    case $each in
      end-*) echo "error: $each" >&2; echo "$each" ;;
      *) echo "$each" ;;
    esac
  done
  case $line in "echo 'end'"*) echo 'error: Disconnected from test:///default due to end of file' >&2 ;; esac
done
`;
