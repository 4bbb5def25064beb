// The first `pbot-vm up`, as users run it: the machine serves with few languages soon, and grows to those of `standard`.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tryCase } from '../languages/trial.js';
import { Clients, textOf } from '../support/clients.js';
import {
  bringGrowingMachineUp,
  grown,
  type MachineEnvironment,
  machineEnvironment,
  purgeMachine,
  removeLeftover,
  runProgram,
} from '../support/real-machine.js';
import { standardLanguages } from '../support/tested-languages.js';

const name = 'pbot-vm-test-growth';

/** An image of all these languages is built, and a machine is made twice, on a slow host. */
const upMs = 900_000;
const growthMs = 2_000_000;

let environment: MachineEnvironment;
let clients: Clients;

beforeAll(async () => {
  await removeLeftover(name);
  // A compiler under emulation, on a busy host, may take longer than the default allows.
  environment = { ...(await machineEnvironment(name)), PBOTVM_TIMEOUT: '60' };
  await bringGrowingMachineUp(environment);
  clients = new Clients(environment);
}, upMs);

afterAll(async () => {
  clients?.close();
  await purgeMachine(environment);
});

describe('the first pbot-vm up', () => {
  test('the machine of the first pbot-vm up serves while languages are added', async () => {
    const { run } = await clients.execute({ code: 'echo hello' });
    expect(textOf(run?.stdout)).toBe('hello\n');
    const { stdout } = await runProgram('pbot-vm', ['status'], environment);
    expect(stdout).toContain('are being added');
  });

  test(
    'the machine of the first pbot-vm up grows without a hand',
    async () => {
      await grown(environment);
      await clients.ready();
    },
    growthMs,
  );

  test.each(standardLanguages)(
    '$name says hello in the machine that has grown',
    async (language) => {
      const trial = await tryCase(language, 'hello', (program) => clients.execute(program));
      expect(trial).toMatchObject({ verdict: 'passed' });
    },
  );
});
