// All that PBot's users say and see, through `vm-client` in place of port 9000, on a machine of its own.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchangeTopics, readExchanges } from '../support/exchanges.js';
import {
  bringMachineUp,
  type MachineEnvironment,
  machineEnvironment,
  purgeMachine,
  runProgram,
} from '../support/real-machine.js';

let environment: MachineEnvironment;

beforeAll(async () => {
  // A compiler under emulation, on a busy host, may take longer than the default allows.
  environment = { ...(await machineEnvironment('pbot-vm-test-client')), PBOTVM_TIMEOUT: '60' };
  await bringMachineUp(environment, ['--languages', 'standard']);
}, 900_000);

afterAll(() => purgeMachine(environment));

describe.each(exchangeTopics)('the exchanges about %s', (topic) => {
  test.each(readExchanges(topic))('$title', async ({ line, answer }) => {
    const { stdout } = await runProgram('vm-client', [line], environment);
    expect(stdout.replace(/\n$/, '')).toMatch(answer);
  });
});
