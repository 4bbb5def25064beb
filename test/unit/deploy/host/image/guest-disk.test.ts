import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { debugfsCommands, guestEntries } from '../../../../../deploy/host/image/guest-disk.js';
import { UserError } from '../../../../../services/lib/process/user-error.js';

let guestDir: string;

beforeEach(async () => {
  guestDir = await mkdtemp(join(tmpdir(), 'pbot-vm-guest-'));
  await mkdir(join(guestDir, 'packages'));
  await writeFile(join(guestDir, 'packages', 'debian'), 'gcc\n');
  await writeFile(join(guestDir, 'pbot-vm-guest.service'), '[Service]\n');
  await writeFile(join(guestDir, 'setup-guest'), '#!/bin/sh\n');
  await chmod(join(guestDir, 'setup-guest'), 0o700);
});

afterEach(async () => {
  await rm(guestDir, { recursive: true });
});

describe('the files of the guest server', () => {
  it('the files of the guest server differ by path, kind, mode and content', async () => {
    const before = await guestEntries(guestDir);
    expect(before.map(({ path, kind, executable }) => ({ path, kind, executable }))).toEqual([
      { path: 'packages', kind: 'directory', executable: false },
      { path: 'packages/debian', kind: 'file', executable: false },
      { path: 'pbot-vm-guest.service', kind: 'file', executable: false },
      { path: 'setup-guest', kind: 'file', executable: true },
    ]);
    await writeFile(join(guestDir, 'packages', 'debian'), 'g++\n');
    expect(await guestEntries(guestDir)).not.toEqual(before);
  });

  it('the files of the guest server go to the disk after the directories that they lie in, with the modes they need', async () => {
    const commands = debugfsCommands('/guest', await guestEntries(guestDir));
    expect(commands.slice(0, 5)).toEqual([
      'mkdir "/usr/local/lib/pbot-vm/packages"',
      'cd "/usr/local/lib/pbot-vm/packages"',
      'write "/guest/packages/debian" "debian"',
      'set_inode_field "debian" mode 0100644',
      'cd /',
    ]);
    expect(commands).toContain('set_inode_field "setup-guest" mode 0100755');
    expect(commands).toContain('cd "/etc/systemd/system"');
  });

  it('the files of the guest server must hold the service, or nothing would ever start in the guest', async () => {
    await rm(join(guestDir, 'pbot-vm-guest.service'));
    await expect(guestEntries(guestDir)).rejects.toThrow(UserError);
    await expect(guestEntries(guestDir)).rejects.toThrow(/no pbot-vm-guest\.service in/);
  });

  it('the files of the guest server are asked for by name when the directory is not there', async () => {
    await expect(guestEntries(join(guestDir, 'none'))).rejects.toThrow(/npm run build/);
  });

  it('the files of the guest server cannot smuggle a command of debugfs into a file name', () => {
    const entry = {
      path: 'a"\nrm /etc/passwd',
      kind: 'file',
      executable: false,
      digest: '',
    } as const;
    expect(() => debugfsCommands('/guest', [entry])).toThrow(UserError);
  });
});
