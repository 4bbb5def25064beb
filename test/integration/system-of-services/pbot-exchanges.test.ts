// What PBot's users say and see, through both doors. Exchanges of a file follow one another.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readExchanges } from '../../support/exchanges.js';
import { sendLine } from '../../support/line-client.js';
import { TestSystem } from '../../support/system.js';

let system: TestSystem;

beforeAll(async () => {
  system = await TestSystem.create();
  await system.startAll();
});

afterAll(() => system.stop());

const throughVmClient = async (line: string) => {
  const { stdout } = await system.command(system.programs.vmClient, [line]);
  return stdout;
};

const doors: readonly (readonly [string, (line: string) => Promise<string>])[] = [
  ['port 9000', (line) => sendLine(system.ports.executor, line)],
  ['vm-client', throughVmClient],
];

describe.each(doors)('through %s', (_door, send) => {
  // What a channel has just seen is forgotten.
  beforeAll(async () => {
    await system.restart('executor');
    await system.serving();
  });

  describe.each(['options', 'presentation', 'c-answers'])('the exchanges about %s', (topic) => {
    test.each(readExchanges(topic))('$title', async ({ line, answer }) => {
      expect((await send(line)).replace(/\n$/, '')).toMatch(answer);
    });
  });
});
