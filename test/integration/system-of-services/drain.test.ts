import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ExecuteRequest,
  ExecuteResponse,
  ExecutorServiceService,
  Program,
} from '../../../services/gen/pbot/vm/v1/executor.js';
import { freePortsInARow } from '../../support/ports.js';
import { framed } from '../../support/raw-call.js';
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

/** Runs a program on a connection that the test holds in its hands. */
async function answerTo(session: ClientHttp2Session, code: string): Promise<string> {
  const call = session.request({
    [constants.HTTP2_HEADER_METHOD]: 'POST',
    [constants.HTTP2_HEADER_PATH]: ExecutorServiceService.execute.path,
    [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
    [constants.HTTP2_HEADER_TE]: 'trailers',
  });
  const program = Program.fromPartial({ language: 'sh', code });
  call.end(framed(ExecuteRequest.encode({ program }).finish()));
  const { result } = ExecuteResponse.decode(
    (await buffer(call)).subarray(framed(Buffer.of()).length),
  );
  return result === undefined ? '' : outputOf(result);
}

test('a client that may go to another host gets GOAWAY when the stop begins, and the answer of its program', async () => {
  await system.restart('executor', { environment: { PBOTVM_DRAIN: '1' } });
  await system.serving();
  const mayEnd = join(directory, 'may-end');
  const session = connect(`http://${system.target('executor')}`);
  const sentAway = once(session, 'goaway');
  const answer = answerTo(session, `until [ -e ${mayEnd} ]; do sleep 0.05; done; echo ended`);
  await waitFor('the program', async () => (await system.running()) > 0);
  const stopped = system.service('executor').stop();
  const [code] = (await sentAway) as [number];
  expect(code).toBe(constants.NGHTTP2_NO_ERROR);
  await writeFile(mayEnd, '');
  expect(await answer).toBe('ended\n');
  expect(await stopped).toBe(0);
  session.destroy();
});

test('pbot-vm drain says where no Executor answers', async () => {
  const { stderr, exitCode } = await pbotVm('drain');
  expect(stderr).toContain(`No Executor answers at unix:${directory}/control.sock`);
  expect(exitCode).not.toBe(0);
});
