import { cp, mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBareDisk } from '../support/bare-disk.js';
import { Clients } from '../support/clients.js';
import { HandMadeMachine } from '../support/hand-made-machine.js';
import { newestNodeDirectory } from '../support/newest-node.js';
import { freePorts } from '../support/ports.js';
import { runProgram } from '../support/real-machine.js';
import { RootConsole, withRootConsole } from '../support/root-console.js';

/** A Debian without Node.js, without pbot-vm and without a network card; each test is a step of the guide. */
let machine: HandMadeMachine;
let clients: Clients;
let root: RootConsole;

/** The disk with the files, as the machine's second one. */
let files: string;

const bootMs = 120_000;
const copyMs = 60_000;
const setUpMs = 120_000;

beforeAll(async () => {
  machine = await HandMadeMachine.create('pbot-vm-test-no-network');
  clients = new Clients(machine.environment);
  const [consolePort] = (await freePorts(1)) as [number];
  const disk = join(machine.directory, 'bare.raw');
  await makeBareDisk(disk, ['rm /usr/bin/node']);
  await machine.define(
    { path: disk, format: 'raw' },
    { adapt: (xml) => withRootConsole(xml, consolePort) },
  );
  await machine.addSerials('--virtio');
  await machine.virsh('start', machine.domain);
  root = await RootConsole.connect(consolePort);
});

afterAll(async () => {
  root?.close();
  clients?.close();
  await machine?.remove();
});

describe('a guest without a network', () => {
  test('a guest without a network gets Node.js and the server from an image of files', async () => {
    const folder = join(machine.directory, 'files');
    await mkdir(folder);
    await cp('dist/guest', join(folder, 'guest'), { recursive: true });
    await cp(join(await newestNodeDirectory(), 'node'), join(folder, 'node'));
    files = join(machine.directory, 'files.img');
    await writeFile(files, '');
    await truncate(files, 500 * 1024 * 1024);
    await execa('/usr/sbin/mkfs.ext4', ['-q', '-d', folder, files]);
    // Before that, systemd knows nothing of units.
    await root.run('until systemctl is-active -q multi-user.target; do sleep 0.2; done', bootMs);
    expect(await root.run('command -v node || echo none')).toContain('none');
    await machine.virsh('attach-disk', machine.domain, files, 'vdb');
    const copied = await root.run(
      'until [ -b /dev/vdb ]; do sleep 0.1; done; mount -o ro /dev/vdb /mnt && cp -r /mnt/guest /root && cp /mnt/node /usr/local/bin && umount /mnt && echo copied',
      copyMs,
    );
    expect(copied).toContain('copied');
  });

  test('a guest without a network is set up from these files alone', async () => {
    const said = await root.run('/root/guest/setup-guest; echo "it ended with $?"', setUpMs);
    expect(said).toContain('Node.js: unchanged');
    expect(said).toContain('guest server: started');
    expect(said).toContain('it ended with 0');
  });

  test('a guest without a network can be saved once the disk with the files is detached', async () => {
    const save = () => machine.virsh('snapshot-create-as', machine.domain, '1');
    await expect(save()).rejects.toThrow('unsupported for storage type raw');
    await machine.virsh('detach-disk', machine.domain, 'vdb');
    await root.run('while [ -b /dev/vdb ]; do sleep 0.1; done');
    await save();
    expect(await machine.virsh('snapshot-list', '--name', machine.domain)).toBe('1');
  });

  test('a guest without a network answers vm-exec', async () => {
    machine.startServices({ PBOTVM_TIMEOUT: '60' });
    await clients.ready();
    const words = ['-lang=sh', 'node', '--version'];
    const { stdout } = await runProgram('vm-exec', words, machine.environment);
    expect(Number(/^v(\d+)/.exec(stdout)?.[1])).toBeGreaterThan(20);
  });
});
