import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseHosts } from '../../../services/cli/cluster/arguments.js';
import {
  type HaproxyOptions,
  haproxyConfiguration,
} from '../../../services/cli/cluster/haproxy.js';
import { TestAuthority } from '../../support/certificates.js';
import { haproxy } from '../../support/haproxy.js';
import { sharedPrograms } from '../../support/programs.js';

let directory: string;
let clientTls: string;
let hostCa: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pbot-vm-haproxy-'));
  const authority = await TestAuthority.create(directory, 'ca');
  const { cert, key } = await authority.issue('proxy');
  hostCa = authority.cert;
  clientTls = join(directory, 'client.pem');
  await writeFile(clientTls, [await readFile(cert), await readFile(key)].join(''));
});

afterAll(() => rm(directory, { recursive: true }));

it('HAProxy accepts each configuration without a warning', async () => {
  const options: HaproxyOptions = {
    hosts: parseHosts('127.0.0.1,127.0.0.2:9001,[::1],localhost'),
    bind: ':9000',
    agentPort: 9400,
    peerPort: 9402,
    maxQueueSeconds: 20,
    lines: true,
  };
  const choices: Partial<HaproxyOptions>[] = [
    {},
    { lines: false, bind: '127.0.0.1:9000' },
    { clientTls },
    { clientTls, lines: false },
    { hostCa, clientTls, statsSocket: join(directory, 'stats') },
  ];
  for (const choice of choices) {
    expect(await checked(haproxyConfiguration({ ...options, ...choice }))).toContain('is valid');
  }
});

it('pbot-vm cluster haproxy prints a configuration that HAProxy accepts', async () => {
  const { stdout } = await pbotVm([
    '--hosts',
    '127.0.0.1,127.0.0.2:9001',
    '--client-tls',
    clientTls,
  ]);
  expect(await checked(`${stdout}\n`)).toContain('is valid');
});

it('pbot-vm cluster haproxy refuses hosts that are none, and prints nothing', async () => {
  const { stdout, stderr, exitCode } = await pbotVm(['--hosts', 'a b']);
  expect([stdout, exitCode]).toEqual(['', 1]);
  expect(stderr).toContain(`option '--hosts <names>' argument 'a b' is invalid`);
});

/** What HAProxy says of a configuration. A warning is an error. */
async function checked(configuration: string): Promise<string> {
  const path = join(directory, 'haproxy.cfg');
  await writeFile(path, configuration);
  return await haproxy(['-c', '-dW', '-f', path]);
}

function pbotVm(args: readonly string[]) {
  const program = [sharedPrograms().pbotVm, 'cluster', 'haproxy', ...args];
  return execa(process.execPath, program, { reject: false });
}
