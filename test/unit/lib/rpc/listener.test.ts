import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAnswered, type Listener, openListener } from '../../../../services/lib/rpc/listener.js';
import { silentLog } from '../loopback.js';

let directory: string;
let path: string;
let opened: Listener[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pbot-vm-listener-'));
  path = join(directory, 'service.sock');
  opened = [];
});

afterEach(async () => {
  for (const listener of opened) listener.close();
  await rm(directory, { recursive: true });
});

async function open(): Promise<void> {
  const listener = await openListener(
    { kind: 'unix', path },
    { onConnection: ({ socket }) => socket.end(), maxConnections: 10, log: silentLog },
  );
  opened.push(listener);
}

const code = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;

describe('a listener at a Unix socket', () => {
  it('only its owner can open the socket', async () => {
    await open();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await isAnswered({ kind: 'unix', path })).toBe(true);
  });

  it('a group that alone may enter the directory can open the socket too', async () => {
    chmodSync(directory, 0o750);
    await open();
    expect(statSync(path).mode & 0o777).toBe(0o660);
  });

  it('the socket of a process that was killed is replaced', async () => {
    await execa(process.execPath, ['-e', code, path], { reject: false });
    expect(statSync(path).isSocket()).toBe(true);
    await open();
    expect(await isAnswered({ kind: 'unix', path })).toBe(true);
  });

  it('the socket of a process that lives is not replaced', async () => {
    await open();
    const { ino } = statSync(path);
    await expect(open()).rejects.toThrow(`unix:${path} is in use by another program`);
    expect(statSync(path).ino).toBe(ino);
  });

  it('a file that is no socket is left as it is', async () => {
    writeFileSync(path, 'kept');
    await expect(open()).rejects.toThrow(
      `Can't listen on unix:${path}: there is a file that is no socket.`,
    );
    expect(readFileSync(path, 'utf8')).toBe('kept');
  });

  it('a listener that closes leaves no socket', async () => {
    await open();
    for (const listener of opened) listener.close();
    await expect.poll(() => existsSync(path)).toBe(false);
  });
});
