import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleGuest } from '../../../deploy/build/programs.js';
import { childrenOf } from '../../support/guest.js';
import { freePorts } from '../../support/ports.js';
import { waitFor } from '../../support/wait.js';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pbot-vm-guest-'));
  await bundleGuest(directory);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('a guest server that somebody has started on a terminal', () => {
  test('a guest server on a terminal says what it offers, and Ctrl-C ends it and its helpers without another word', async () => {
    const [data, heart] = (await freePorts(2)) as [number, number];
    const args = [
      '--unconfined',
      '--capacity=2',
      `--secret=${join(directory, 'no-secret')}`,
      `--data=listen:${data}`,
      `--heart=listen:${heart}`,
      `--work-dir=${join(directory, 'work')}`,
    ];
    // A process group of its own, as a shell makes it: Ctrl-C is a signal for all of that.
    const server = spawn(join(directory, 'start-server'), args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const pid = server.pid as number;
    let output = '';
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    await waitFor('the server', () => output.includes('languages:'));
    const helpers = await childrenOf(pid);
    expect(helpers).not.toEqual([]);
    const closed = once(server, 'close');
    process.kill(-pid, 'SIGINT');
    expect(await closed).toEqual([null, 'SIGINT']);
    expect(output).toMatch(
      new RegExp(
        `^guest-server: version \\S+ serves on listen:${data}, heartbeat on listen:${heart}; ` +
          '2 programs at a time; no secret; languages: bash .*\n$',
      ),
    );
    await waitFor('the end of its helpers', () =>
      helpers.every((helper) => !existsSync(`/proc/${helper}/fd/0`)),
    );
  });
});
