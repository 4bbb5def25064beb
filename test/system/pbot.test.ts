// What PBot's users say and see, on a real machine. Exchanges of a file follow one another. `vm-client` hands over what
// it is given, to the same service: what each of its doors understands shows in the exchanges about options.

import { afterAll, describe, expect, inject, test } from 'vitest';
import { Clients } from '../support/clients.js';
import { exchangeTopics, readExchanges } from '../support/exchanges.js';
import { sendLine } from '../support/line-client.js';
import { runProgram } from '../support/real-machine.js';

const environment = inject('machine');
const clients = new Clients(environment);

afterAll(() => clients.close());

describe.each(exchangeTopics)('through port 9000, the exchanges about %s', (topic) => {
  test.each(readExchanges(topic))('$title', async ({ line, answer }) => {
    const text = await sendLine(Number(environment['PBOTVM_SERVER']), line);
    expect(text.replace(/\n$/, '')).toMatch(answer);
  });
});

describe.each(['options', 'persist-key'])('through vm-client, the exchanges about %s', (topic) => {
  test.each(readExchanges(topic, { suffix: '2' }))('$title', async ({ line, answer }) => {
    const { stdout } = await runProgram('vm-client', [line], environment);
    expect(stdout.replace(/\n$/, '')).toMatch(answer);
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
