import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyFile, copyFolder, makeBareDisk } from '../support/bare-disk.js';
import { Clients, textOf } from '../support/clients.js';
import { HandMadeMachine } from '../support/hand-made-machine.js';
import { runProgram } from '../support/real-machine.js';
import { waitFor } from '../support/wait.js';

/** A Debian in which somebody has put the folder `guest` into /root, and nothing of pbot-vm is installed. */
let machine: HandMadeMachine;
let clients: Clients;

/** Host and guest share it. */
const secret = '0123456789abcdef0123456789abcdef';

/** Stands for the person at the console: the command twice, after the first boot. There is no user vm before. */
const typist = `[Unit]
Description=Somebody who runs setup-guest twice
ConditionPathExists=!/usr/local/bin/guest-server

[Service]
Type=oneshot
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
ExecStart=/usr/sbin/userdel --remove vm
ExecStart=/root/guest/setup-guest --languages "sh c11 python3" --secret /root/guest/secret
ExecStart=/bin/echo FIRST RUN IS OVER
ExecStart=/root/guest/setup-guest --languages "sh c11 python3" --secret /root/guest/secret
ExecStart=/bin/echo SECOND RUN IS OVER
ExecStart=/bin/sh /root/other-nodes
ExecStart=/bin/echo OTHER NODES ARE OVER
ExecStart=/bin/sh /root/foreground
ExecStart=/bin/echo FOREGROUND IS OVER
`;

/** A Node.js without one of the flags, as version 24 is, and then one that ends as soon as it is to run the server. */
const otherNodes = `run_setup() {
  [ ! -e /usr/local/bin/node ] || chmod 0755 /usr/local/bin/node
  touch /run/pbot-vm-restart-needed
  /root/guest/setup-guest
  echo "setup-guest ended with $?"
}
cat >/usr/local/bin/node <<'END'
#!/bin/sh
case " $* " in *' --no-expose-wasm '*) exit 9 ;; esac
exec /usr/bin/node "$@"
END
run_setup
journalctl --no-pager --output=cat --unit=pbot-vm-guest | grep 'has no'
echo NEWER NODE IS OVER
cat >/usr/local/bin/node <<'END'
#!/bin/sh
case " $* " in *' --version '*) exec /usr/bin/node "$@" ;; esac
echo 'node: no life in it' >&2
exit 1
END
run_setup
rm /usr/local/bin/node
run_setup
`;

/** A server that somebody starts where no cgroup is delegated, and ends by Ctrl-C. */
const foreground = `systemctl stop pbot-vm-guest
guest-server --data=listen:1 --heart=listen:2 >/run/foreground 2>&1 &
until grep -q languages: /run/foreground; do kill -0 $! || break; sleep 1; done
kill -INT $!
wait $!
echo "guest-server ended with $?"
cat /run/foreground
guest-server
`;

beforeAll(async () => {
  machine = await HandMadeMachine.create('pbot-vm-test-setup');
  clients = new Clients(machine.environment);
  const disk = join(machine.directory, 'bare.raw');
  await makeDisk(disk);
  await machine.define({ path: disk, format: 'raw' });
  await machine.addSerials('--virtio');
});

afterAll(async () => {
  clients?.close();
  await machine?.remove();
});

describe('setup-guest in a guest that was installed by hand', () => {
  test('setup-guest in a guest that was installed by hand installs the user, the server and its service, and starts it', async () => {
    await machine.virsh('start', machine.domain);
    const said = await consoleLines({ from: '', to: 'FIRST RUN IS OVER' });
    expect(said).toEqual(
      expect.arrayContaining([
        'Node.js: unchanged',
        'user vm: created, without a password',
        'guest server: installed guest-server.cjs confinement.py event_loop.py output_files.py sandbox_init.py supervisor.py system_calls.py terminal.py worker.py start-server inspector.py program.c include/pbot-vm/candide.h /usr/local/bin/guest-server',
        'core dumps: not collected (/etc/sysctl.d/90-pbot-vm.conf)',
        'logins on ttyS1, ttyS2: masked serial-getty@ttyS1.service serial-getty@ttyS2.service',
        'language sh: unchanged',
        'language c11: unchanged',
        'language python3: unchanged',
        'pbot-vm-guest.service: installed into /etc/systemd/system',
        'secret: installed (/etc/pbot-vm/secret)',
        'start at boot: enabled',
        'guest server: started',
      ]),
    );
    expect(said.filter((line) => line.startsWith('setup-guest:'))).toEqual([]);
  });

  test('setup-guest in a guest that was installed by hand changes nothing when it is run again', async () => {
    const said = await consoleLines({ from: 'FIRST RUN IS OVER', to: 'SECOND RUN IS OVER' });
    const steps = said.slice(0, said.indexOf('Next steps, on the host:')).filter(Boolean);
    expect(steps.length).toBeGreaterThan(10);
    expect(steps.filter((line) => !line.endsWith(': unchanged'))).toEqual([
      'guest server: unchanged, it runs',
    ]);
  });

  test('setup-guest starts the server under a Node.js that has not all of the flags', async () => {
    const said = await consoleLines({ from: 'SECOND RUN IS OVER', to: 'NEWER NODE IS OVER' });
    expect(said).toEqual(
      expect.arrayContaining([
        'guest server: restarted',
        'setup-guest ended with 0',
        'guest-server: this Node.js has no --no-expose-wasm',
      ]),
    );
  });

  test('setup-guest fails with the end of the log under a Node.js that runs no server, and starts it when that is mended', async () => {
    const said = await consoleLines({ from: 'NEWER NODE IS OVER', to: 'OTHER NODES ARE OVER' });
    const [failed, mended] = [
      said.indexOf('setup-guest ended with 1'),
      said.lastIndexOf('setup-guest ended with 0'),
    ];
    expect(failed).toBeGreaterThan(0);
    expect(mended).toBeGreaterThan(failed);
    expect(said.slice(0, failed)).toEqual(
      expect.arrayContaining([
        'node: no life in it',
        expect.stringMatching(/^setup-guest: The guest server does not start\./),
      ]),
    );
    // systemd may have been first.
    expect(said.slice(failed, mended).join('\n')).toMatch(/^guest server: (re)?started$/m);
  });

  test('guest-server with arguments runs in a cgroup of its own until Ctrl-C, and without them as the service', async () => {
    const said = await consoleLines({ from: 'OTHER NODES ARE OVER', to: 'FOREGROUND IS OVER' });
    const words = said.filter((line) => line !== '' && !line.startsWith('['));
    expect(words).toEqual([
      'guest-server ended with 130',
      expect.stringMatching(
        /^guest-server: version \S+ serves on listen:1, heartbeat on listen:2; 2 programs at a time, \d+ MiB each; hosts must know the secret; languages: .*python3/,
      ),
      'The guest server runs as pbot-vm-guest.service; its log: journalctl -u pbot-vm-guest.service',
    ]);
  });

  test('setup-guest in a guest that was installed by hand has made a machine that answers vm-exec as the user vm', async () => {
    const secretPath = await writeText('secret', `${secret}\n`);
    await chmod(secretPath, 0o600);
    machine.startServices({
      PBOTVM_NOREVERT: '1',
      PBOTVM_TIMEOUT: '60',
      PBOTVM_SECRET: secretPath,
    });
    await clients.ready();
    const words = ['-lang=sh', 'echo', 'hello', 'world'];
    const { stdout } = await runProgram('vm-exec', words, machine.environment);
    expect(stdout).toBe('hello world\n');
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
    const { generation } = await clients.machine();
    await machine.virsh('destroy', machine.domain);
    await machine.virsh('start', machine.domain);
    await clients.ready(generation);
    const { stdout } = await runProgram('vm-exec', ['-lang=sh', 'echo hi'], machine.environment);
    expect(stdout).toBe('hi\n');
  });
});

/** What the guest has printed between two lines, once it has printed the second. */
async function consoleLines({ from, to }: { from: string; to: string }): Promise<string[]> {
  const text = await waitFor(
    `"${to}" on the console`,
    async () => {
      const log = await readFile(machine.consoleLogPath, 'utf8').catch(() => '');
      return log.includes(to) && log;
    },
    170_000,
  );
  const between = text.slice(text.indexOf(from) + from.length, text.indexOf(to));
  return between.split(/\r?\n/);
}

/** It has the folder, the secret and the scripts, and somebody at the console. */
async function makeDisk(disk: string): Promise<void> {
  const units = '/etc/systemd/system';
  await makeBareDisk(disk, [
    ...(await copyFolder('dist/guest', '/root/guest')),
    ...(await copyFile(await writeText('guest-secret', secret), '/root/guest/secret')),
    ...(await copyFile(await writeText('other-nodes', otherNodes), '/root/other-nodes')),
    ...(await copyFile(await writeText('foreground', foreground), '/root/foreground')),
    ...(await copyFile(await writeText('typist.service', typist), `${units}/typist.service`)),
    `symlink ${units}/multi-user.target.wants/typist.service ../typist.service`,
  ]);
}

async function writeText(name: string, text: string): Promise<string> {
  const path = join(machine.directory, name);
  await writeFile(path, text);
  return path;
}
