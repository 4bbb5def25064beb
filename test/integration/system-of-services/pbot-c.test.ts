// C as PBot's users type it through port 9000. The guest of these tests has GCC's C alone, and this host must have GCC and gdb.

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

const ofOtherCompilers = /^-lang=(?:c\+\+|cpp|clang)/;
const exchanges = readExchanges('c').filter(({ line }) => !ofOtherCompilers.test(line));

test.each(exchanges)('$title', async ({ line, answer }) => {
  expect((await sendLine(system.ports.executor, line)).trimEnd()).toMatch(answer);
});
