import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askLibvirt } from '../../../../../deploy/host/doctor/libvirt.js';
import { connectVirsh } from '../../../../../deploy/host/libvirt/virsh.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pbot-vm-doctor-virsh-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('virsh', () => {
  it('virsh is found on the PATH of the user, and runs in the C locale', async () => {
    await installVirsh('echo "$LC_ALL $HOME $@"');
    const virsh = connect({ HOME: '/home/user', LC_ALL: 'de_DE.UTF-8' });
    expect(await virsh('domstate', '--domain=pbot-vm')).toBe(
      'C /home/user -q -c qemu:///system domstate --domain=pbot-vm',
    );
  });

  it('a virsh that fails is an error that says what failed', async () => {
    await installVirsh(`echo "error: failed to get domain 'nope'" >&2; exit 1`);
    await expect(connect()('domstate')).rejects.toMatchObject({
      kind: 'DOMAIN_NOT_FOUND',
      reason: "failed to get domain 'nope'",
      message: "virsh domstate has failed: failed to get domain 'nope'",
    });
  });

  it('a virsh that is missing is an error of its own kind', async () => {
    expect(await askLibvirt(connect())).toMatchObject({
      kind: 'failed',
      error: { kind: 'VIRSH_MISSING' },
    });
  });

  it('a virsh that is killed is an error', async () => {
    await installVirsh('kill -9 $$');
    await expect(connect()('version')).rejects.toMatchObject({ kind: 'OTHER' });
  });
});

function connect(environment: NodeJS.ProcessEnv = {}) {
  return connectVirsh({
    uri: 'qemu:///system',
    environment: { ...environment, PATH: directory },
    timeoutMs: 5000,
  });
}

async function installVirsh(script: string): Promise<void> {
  const path = join(directory, 'virsh');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}
