import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePortsInARow } from '../../support/ports.js';
import { outputOf, TestSystem } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';

let system: TestSystem;
let directory: string;
let opsPort: number;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pbot-vm-drain-'));
  opsPort = await freePortsInARow(3);
  system = await TestSystem.create({
    PBOTVM_OPS: String(opsPort),
    PBOTVM_CONTROL: `unix:${directory}/control.sock`,
  });
  await system.startAll();
});

afterAll(async () => {
  await system.stop();
  await rm(directory, { recursive: true });
});

async function readiness(): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${opsPort}/readyz`);
  return `${response.status} ${await response.text()}`;
}

const pbotVm = (...args: string[]) => system.command(system.programs.pbotVm, args);

test('pbot-vm drain lets a program run on, refuses later ones, and resume takes them again', async () => {
  const running = system.run('read -r line; echo "$line"; sleep 1', {
    stdin: new TextEncoder().encode('goes on\n'),
  });
  await waitFor('the program', async () => (await system.running()) > 0);

  const { stdout, exitCode } = await pbotVm('drain', '--wait');
  expect({ stdout, exitCode }).toEqual({
    stdout: 'The Executor takes no new work, and has none any more.\n',
    exitCode: 0,
  });
  expect(outputOf(await running)).toBe('goes on\n');
  expect(await system.errorOf('true')).toMatchObject({ reason: 'DRAINED' });
  expect(await readiness()).toMatch(/^503 The Executor is drained/);

  expect((await pbotVm('resume')).stdout).toBe('The Executor takes work again.\n');
  expect(outputOf(await system.run('echo back'))).toBe('back\n');
  expect(await readiness()).toBe('200 ready\n');
});

test('a stop is announced for the time of PBOTVM_DRAIN, and requests are taken meanwhile', async () => {
  await system.restart('executor', { environment: { PBOTVM_DRAIN: '5' } });
  await system.serving();
  const stopped = system.service('executor').stop();
  await waitFor('readiness to go', async () => (await readiness()).startsWith('503'));
  expect(outputOf(await system.run('echo late'))).toBe('late\n');
  expect(await stopped).toBe(0);
});

test('pbot-vm drain says where no Executor answers', async () => {
  const { stderr, exitCode } = await pbotVm('drain');
  expect(stderr).toContain(`No Executor answers at unix:${directory}/control.sock`);
  expect(exitCode).not.toBe(0);
});
