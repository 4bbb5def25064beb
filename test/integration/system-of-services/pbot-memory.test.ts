// PBot's editing commands and the state of its factoids, through port 9000. Each exchange follows the one before it.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { readExchanges } from '../../support/exchanges.js';
import { sendLine } from '../../support/line-client.js';
import { TestSystem } from '../../support/system.js';

let system: TestSystem;

beforeAll(async () => {
  system = await TestSystem.create();
  await system.startAll();
});

afterAll(() => system.stop());

const send = async (line: string) => (await sendLine(system.ports.executor, line)).trimEnd();

test.each([...readExchanges('editing'), ...readExchanges('persist-key')])(
  '$title',
  async ({ line, answer }) => {
    expect(await send(line)).toMatch(answer);
  },
);

test('codes survive a restart of the Executor', async () => {
  const line = (code: string) => JSON.stringify({ nick: 'x', channel: '#kept', lang: 'sh', code });
  await send(line('echo kept'));
  await system.restart('executor', { signal: 'SIGKILL' });
  await system.serving();
  expect(await send(line('again'))).toBe('kept');
});

test('what programs of a key have left survives a restart of the Executor', async () => {
  const code = 'echo x >> votes; cat votes';
  const line = JSON.stringify({ channel: '#c', lang: 'sh', code, 'persist-key': 'kept' });
  expect(await send(line)).toBe('x');
  await system.restart('executor', { signal: 'SIGKILL' });
  await system.serving();
  expect(await send(line)).toMatch(/^x\s+x$/);
});
