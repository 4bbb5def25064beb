import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { RpcError } from '../../services/lib/rpc/error.js';
import {
  type Attack,
  bringsRevert,
  isExpected,
  lostVerdict,
  readAttacks,
  verdictOf,
} from '../support/attack.js';
import { CleanlinessProbe } from '../support/cleanliness.js';
import { Clients, textOf } from '../support/clients.js';
import { runProgram } from '../support/real-machine.js';

const environment = inject('machine');
const clients = new Clients(environment);
const probe = new CleanlinessProbe(clients);

/** What the probe finds before any attack. */
let usualFindings: readonly string[] = [];
let isSoiled = false;

beforeAll(async () => {
  await putBack();
  usualFindings = await probe.findings();
});

// Else a later test would be blamed for what an earlier one has left.
afterEach(async () => {
  if (isSoiled) await putBack();
  isSoiled = false;
});

afterAll(() => clients.close());

describe('the machine after attacks', () => {
  test('the machine stays whole and clean before any attack', () => {
    expect(usualFindings).toEqual([]);
  });

  const named = readAttacks().map((attack) => [attack.aim, attack] as const);
  test.each(named)(
    'the machine stays whole and clean after a program that %s',
    async (_aim, attack) => {
      isSoiled = true;
      const { generation } = await clients.ready();
      const { verdict, stdout, output } = await run(attack);
      expect.soft(isExpected(verdict, attack.expected), `the verdict is ${verdict}`).toBe(true);
      for (const pattern of attack.stdout) expect.soft(stdout).toMatch(pattern);
      for (const pattern of attack.outputExcludes) expect.soft(output).not.toMatch(pattern);

      const isPutBack = attack.reverts === 'yes' || bringsRevert(verdict);
      if (isPutBack) await clients.ready(generation);
      const findings = await (attack.reverts === 'maybe' ? findingsInTheEnd() : probe.findings());
      expect.soft(findings).toEqual([]);
      if (!isPutBack && attack.reverts === 'no') {
        const after = await clients.machine();
        expect.soft(after.generation, after.lastFault?.detail).toBe(generation);
      }
      isSoiled = findings.some((finding) => !usualFindings.includes(finding));
    },
  );
});

async function putBack(): Promise<void> {
  const { generation } = await clients.ready();
  await runProgram('pbot-vm', ['revert'], environment);
  await clients.ready(generation);
}

async function run({ program }: Attack) {
  try {
    const result = await clients.execute(program);
    const phases = [result.compile, result.run];
    const output = phases.flatMap((phase) => [textOf(phase?.stdout), textOf(phase?.stderr)]);
    return {
      verdict: verdictOf(result),
      stdout: textOf(result.run?.stdout),
      output: output.join('\n'),
    };
  } catch (error) {
    if (!isReason(error, 'MACHINE_LOST')) throw error;
    return { verdict: lostVerdict, stdout: '', output: '' };
  }
}

/** The probe's findings, where the machine may be put back while it looks. */
async function findingsInTheEnd(): Promise<string[]> {
  try {
    return await probe.findings();
  } catch (error) {
    if (!isReason(error, 'MACHINE_LOST', 'MACHINE_NOT_READY')) throw error;
    await clients.ready();
    return await probe.findings();
  }
}

function isReason(error: unknown, ...reasons: string[]): boolean {
  return error instanceof RpcError && reasons.includes(error.reason);
}
