// What PBot's users say and see, on a real machine. Exchanges of a file follow one another.

import { describe, expect, inject, test } from 'vitest';
import { readExchanges } from '../support/exchanges.js';
import { sendLine } from '../support/line-client.js';
import { runProgram } from '../support/real-machine.js';

const environment = inject('machine');

const topics = [
  'options',
  'presentation',
  'languages',
  'c',
  'c-answers',
  'editing',
  'persist-key',
  'persist-key-tmp',
];

describe.each(topics)('through port 9000, the exchanges about %s', (topic) => {
  test.each(readExchanges(topic))('$title', async ({ line, answer }) => {
    const text = await sendLine(Number(environment['PBOTVM_SERVER']), line);
    expect(text.replace(/\n$/, '')).toMatch(answer);
  });
});

// Those that leave nothing which the next one would find.
describe.each(['options', 'languages', 'c-answers'])(
  'through vm-client, the exchanges about %s',
  (topic) => {
    test.each(readExchanges(topic))('$title', async ({ line, answer }) => {
      const { stdout } = await runProgram('vm-client', [line], environment);
      expect(stdout.replace(/\n$/, '')).toMatch(answer);
    });
  },
);
