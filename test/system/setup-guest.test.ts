import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { blocksOf } from '../documents/examples.js';
import { Clients, textOf } from '../support/clients.js';
import type { HandMadeMachine } from '../support/hand-made-machine.js';
import { runProgram } from '../support/real-machine.js';
import { guestSecret, TypedMachine } from '../support/typist.js';

let guest: TypedMachine;
let machine: HandMadeMachine;
let clients: Clients;

const setup = `/root/guest/setup-guest --languages "sh c11 python3 quiet" --secret ${guestSecret}`;

beforeAll(async () => {
  const commands = `${setup}; echo FIRST RUN IS OVER\n${setup}; echo SECOND RUN IS OVER\n`;
  const [language = ''] = blocksOf('json language');
  guest = await TypedMachine.create('pbot-vm-test-setup', { commands, language });
  machine = guest.machine;
  clients = new Clients(machine.environment);
});

afterAll(async () => {
  clients?.close();
  await machine?.remove();
});

describe('setup-guest in a guest that was installed by hand', () => {
  test('setup-guest in a guest that was installed by hand installs the user, the server and its service, and starts it', async () => {
    await machine.virsh('start', machine.domain);
    const said = await guest.consoleLines({ from: '', to: 'FIRST RUN IS OVER' });
    expect(said).toEqual(
      expect.arrayContaining([
        'Node.js: unchanged',
        'user vm: created, without a password',
        'guest server: installed guest-server.cjs confinement.py control_groups.py event_loop.py kernel_files.py output_files.py sandbox_init.py supervisor.py system_calls.py terminal.py worker.py start-server inspector.py program.c include/pbot-vm/candide.h own-languages.json /usr/local/bin/guest-server',
        'core dumps: not collected (/etc/sysctl.d/90-pbot-vm.conf)',
        'logins on ttyS1, ttyS2: masked serial-getty@ttyS1.service serial-getty@ttyS2.service',
        'language sh: unchanged',
        'language c11: unchanged',
        'language python3: unchanged',
        'language quiet: unchanged',
        'pbot-vm-guest.service: installed into /etc/systemd/system',
        'secret: installed (/etc/pbot-vm/secret)',
        'start at boot: enabled',
        'guest server: started',
      ]),
    );
    expect(said.filter((line) => line.startsWith('setup-guest:'))).toEqual([]);
  });

  test('setup-guest in a guest that was installed by hand changes nothing when it is run again', async () => {
    const said = await guest.consoleLines({ from: 'FIRST RUN IS OVER', to: 'SECOND RUN IS OVER' });
    const steps = said.slice(0, said.indexOf('Next steps, on the host:')).filter(Boolean);
    expect(steps.length).toBeGreaterThan(10);
    expect(steps.filter((line) => !line.endsWith(': unchanged'))).toEqual([
      'guest server: unchanged, it runs',
    ]);
  });

  test('setup-guest in a guest that was installed by hand has made a machine that answers vm-exec as the user vm', async () => {
    machine.startServices({
      PBOTVM_NOREVERT: '1',
      PBOTVM_TIMEOUT: '60',
      PBOTVM_SECRET: guest.secretPath,
    });
    await clients.ready();
    const words = ['-lang=sh', 'echo', 'hello', 'world'];
    const { stdout } = await runProgram('vm-exec', words, machine.environment);
    expect(stdout).toBe('hello world\n');
    const { run: quiet } = await clients.execute({ language: 'quiet', code: 'HELLO' });
    expect(textOf(quiet?.stdout).trim()).toBe('hello');
    const { run } = await clients.execute({
      code: 'id -un; pwd; cat /proc/sys/kernel/core_pattern',
    });
    expect(textOf(run?.stdout)).toBe('vm\n/home/vm\n/home/build/core\n');
  });

  test('setup-guest in a guest that was installed by hand has put the secret where no program reads it', async () => {
    const code = 'ls -A /etc/pbot-vm; cat /etc/pbot-vm/secret';
    const { run } = await clients.execute({ code });
    expect(textOf(run?.stdout)).toBe('');
    expect(textOf(run?.stderr)).toContain('No such file or directory');
  });

  test('setup-guest in a guest that was installed by hand has made a machine that is one after each boot', async () => {
    onTestFailed(async () => console.error((await guest.console()).slice(-4000)));
    const { generation } = await clients.machine();
    await machine.virsh('destroy', machine.domain);
    await machine.virsh('start', machine.domain);
    await clients.ready(generation);
    const { stdout } = await runProgram('vm-exec', ['-lang=sh', 'echo hi'], machine.environment);
    expect(stdout).toBe('hi\n');
  });
});
