// What PBot's users say and see, on a real machine: what its compilers, interpreters, debugger and files have a part in.
// Exchanges of a file follow one another. What the Executor answers by itself, and what vm-client hands over, is tried in
// test/integration/system-of-services. The journey of vm-client tries all of them on a machine.

import { afterAll, describe, expect, inject, test } from 'vitest';
import { Clients } from '../support/clients.js';
import { readExchanges } from '../support/exchanges.js';
import { sendLine } from '../support/line-client.js';
import { runProgram } from '../support/real-machine.js';

const environment = inject('machine');
const clients = new Clients(environment);

afterAll(() => clients.close());

const topics = ['languages', 'c', 'persist-key', 'persist-key-tmp'];

describe.each(topics)('through port 9000, the exchanges about %s', (topic) => {
  test.each(readExchanges(topic))('$title', async ({ line, answer }) => {
    const text = await sendLine(Number(environment['PBOTVM_SERVER']), line);
    expect(text.replace(/\n$/, '')).toMatch(answer);
  });
});

test('what a program has left under a key is there after a revert', async () => {
  const port = Number(environment['PBOTVM_SERVER']);
  const say = (code: string) =>
    sendLine(port, JSON.stringify({ lang: 'sh', code, 'persist-key': 'over-reverts' }));
  await say('echo kept > state');
  const { generation } = await clients.machine();
  await runProgram('pbot-vm', ['revert'], environment);
  await clients.ready(generation);
  expect(await say('cat state')).toBe('kept\n');
});
