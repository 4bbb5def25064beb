import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FaultReason } from '../../services/gen/pbot/vm/v1/watchdog.js';
import { Clients, textOf } from '../support/clients.js';
import { guestImage } from '../support/hand-made-machine.js';
import { type MachineEnvironment, machineAddresses } from '../support/real-machine.js';
import { TemporaryUser } from '../support/temporary-user.js';
import { fewLanguages, namesOf } from '../support/tested-languages.js';

/** Somebody without root, without groups, and with a copy of the programs at home. */
let user: TemporaryUser;
let environment: MachineEnvironment;
let clients: Clients;

beforeAll(async () => {
  // Built before: as another user, it would take minutes and subordinate ids.
  const { directory } = await guestImage();
  user = await TemporaryUser.create();
  await user.copy('dist', 'dist');
  const addresses = await machineAddresses('pbot-vm-test-session');
  const cache = join(user.home, 'images');
  await user.run('mkdir', [cache]);
  await user.copy(directory, join('images', basename(directory)));
  environment = { ...addresses, PBOTVM_CACHE: cache };
  clients = new Clients(environment);
});

afterAll(async () => {
  clients?.close();
  await user?.remove();
});

async function run(name: string, ...args: string[]): Promise<string> {
  const program = join(user.home, 'dist', `${name}.js`);
  return (await user.run(process.execPath, [program, ...args], environment)).stdout;
}

describe('a user without root', () => {
  test('a user without root has a machine of the session with one command', async () => {
    const output = await run(
      'pbot-vm',
      'up',
      '--yes',
      '--detach',
      '--languages',
      namesOf(fewLanguages),
    );
    expect(output).toContain('qemu:///session');
    expect(output).toMatch(/\nhello world\n/);
    expect(existsSync(join(user.home, '.local/share/pbot-vm/machines'))).toBe(true);
  });

  test('a user without root runs programs in it', async () => {
    expect(await run('vm-exec', '-lang=sh', 'echo', 'hello', 'world')).toBe('hello world');
  });

  test('a user without root owns its QEMU', async () => {
    const commands = [...(await user.processes()).values()];
    expect(commands.filter((command) => command.includes('qemu-system'))).toHaveLength(1);
  });

  test('a user without root has the machine reverted when a program passes its time limit', async () => {
    const { generation } = await clients.ready();
    await clients.execute({ code: 'sleep 600', timeLimit: { seconds: 1n, nanos: 0 } });
    const { lastFault } = await clients.ready(generation);
    expect(lastFault?.reason).toBe(FaultReason.TIMED_OUT);
    const { run: phase } = await clients.execute({ code: 'echo hello' });
    expect(textOf(phase?.stdout)).toBe('hello\n');
  });

  test('a user without root puts it back by hand', async () => {
    expect(await run('pbot-vm', 'revert')).toContain('is back at its snapshot');
    expect(await run('pbot-vm', 'status')).toMatch(/pbot-vm-test-session.*READY/);
  });

  test('a user without root removes all of it', async () => {
    await run('pbot-vm', 'purge', '--yes', '--keep-images');
    // The daemons of the user's libvirt stay for a while, and know no file of ours.
    const commands = [...(await user.processes()).values()];
    expect(commands.filter((command) => command.includes(user.home))).toEqual([]);
    const { stdout } = await user.run('virsh', ['-q', 'list', '--all', '--name']);
    expect(stdout.trim()).toBe('');
    expect(existsSync(join(user.home, '.local/share/pbot-vm'))).toBe(false);
    expect(existsSync(join(user.home, '.local/bin/vm-exec'))).toBe(false);
    // Images were to be kept.
    expect(existsSync(environment['PBOTVM_CACHE'] as string)).toBe(true);
  });
});
