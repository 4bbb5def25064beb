import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePortsInARow } from '../../support/ports.js';
import { TestSystem } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';

const ports = { executor: 0, watchdog: 1, snapshot: 2 };

let system: TestSystem;
let firstPort: number;

beforeAll(async () => {
  firstPort = await freePortsInARow(3);
  system = await TestSystem.create({ PBOTVM_OPS: String(firstPort), PBOTVM_TIMEOUT: '2' });
  await system.startAll();
});

afterAll(() => system.stop());

async function get(service: keyof typeof ports, path: string) {
  const response = await fetch(`http://127.0.0.1:${firstPort + ports[service]}${path}`);
  return { status: response.status, text: await response.text() };
}

async function metric(service: keyof typeof ports, line: RegExp): Promise<string | undefined> {
  const { text } = await get(service, '/metrics');
  return text.split('\n').find((each) => line.test(each));
}

test('every service is alive and ready once a program can run', async () => {
  for (const service of ['executor', 'watchdog', 'snapshot'] as const) {
    expect((await get(service, '/livez')).status).toBe(200);
    expect(await get(service, '/readyz')).toEqual({ status: 200, text: 'ready\n' });
  }
});

test('the metrics of the Executor say what has run, and what was refused', async () => {
  await system.run('exit 3');
  await system.errorOf('true', { language: 'no-such-language' });
  const ended = /^pbotvm_execution_seconds_count\{language="sh",outcome="failure"\} 1$/;
  expect(await metric('executor', ended)).toBeDefined();
  expect(
    await metric('executor', /^pbotvm_refused_total\{reason="LANGUAGE_NOT_SUPPORTED"\} 1$/),
  ).toBeDefined();
  expect(await metric('executor', /^pbotvm_slots\{machine="pbot-vm"\} 1$/)).toBeDefined();
});

test('a revert is counted by the Watchdog and measured by the Snapshot service', async () => {
  await system.run('sleep 60');
  await system.serving();
  await waitFor('the recovery', () =>
    metric('watchdog', /^pbotvm_recovery_seconds_count\{reason="timed-out"\} 1$/),
  );
  expect(
    await metric('watchdog', /^pbotvm_reverts_total\{reason="timed-out",method="in-place"\} 1$/),
  ).toBeDefined();
  expect(
    await metric('watchdog', /^pbotvm_machine_state\{machine="pbot-vm",state="ready"\} 1$/),
  ).toBeDefined();
  const measured = /^pbotvm_snapshot_revert_seconds_count\{method="in-place",failure=""\} 1$/;
  expect(await metric('snapshot', measured)).toBeDefined();
});

test('the Executor is not ready while no machine serves, and says why', async () => {
  await system.service('watchdog').stop();
  await system.machine.powerOff();
  const reply = await waitFor('readiness to go', async () => {
    const { status, text } = await get('executor', '/readyz');
    return status === 503 ? text : undefined;
  });
  expect(reply).toMatch(/^No machine is ready: /);
  expect((await get('executor', '/livez')).status).toBe(200);
});
