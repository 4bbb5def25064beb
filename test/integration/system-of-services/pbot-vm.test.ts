import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../../support/ports.js';
import { TestSystem } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';

let system: TestSystem;

beforeAll(async () => {
  system = await TestSystem.create();
  await system.startAll();
});

afterAll(() => system.stop());

/** PBOTVM_SERVER names the services, and no other variable says anything about them. */
const client = () => ({
  ...{ PBOTVM_WATCHDOG: '', PBOTVM_SNAPSHOT: '', PBOTVM_SERIAL: '', PBOTVM_HEART: '' },
  PBOTVM_DOMAIN: 'another',
});

const pbotVm = (words: readonly string[], environment: Record<string, string> = client()) =>
  system.command(system.programs.pbotVm, words, { environment });

describe('pbot-vm as a client of the services', () => {
  test('status shows the machines of the services that PBOTVM_SERVER names', async () => {
    const { stdout, exitCode } = await pbotVm(['status']);
    expect(stdout).toContain('│ pbot-vm ');
    expect(stdout).not.toContain('another');
    expect(exitCode).toBe(0);
  });

  test('revert reverts a machine of those services, and names them where there is no such machine', async () => {
    const { reverts } = system.machine;
    const { stdout, exitCode } = await pbotVm(['revert', 'pbot-vm']);
    expect(stdout).toBe('pbot-vm is back at its snapshot\n');
    expect(exitCode).toBe(0);
    expect(system.machine.reverts).toBe(reverts + 1);
    const missing = await pbotVm(['revert', 'another']);
    expect(missing.stderr).toBe('pbot-vm: There is no machine "another"; there is pbot-vm.\n');
    expect(missing.exitCode).toBe(1);
    await system.serving();
  });

  test('status and revert say what to do where nobody answers', async () => {
    const [server] = (await freePorts(1)) as [number];
    const environment = { ...client(), PBOTVM_SERVER: String(server) };
    for (const words of [['status'], ['revert']]) {
      const { stderr, exitCode } = await pbotVm(words, environment);
      expect(stderr).toMatch(
        /^pbot-vm: no (Executor|Watchdog) answers at .*: start vm-server, or /,
      );
      expect(stderr).not.toMatch(/Last error|Resolution note/);
      expect(exitCode).toBe(1);
    }
  });

  test('status --watch prints a line of 80 columns for each change that either service sees, until Ctrl-C', async () => {
    const watch = system.launch(system.programs.pbotVm, {
      args: ['status', '--watch'],
      environment: client(),
    });
    await waitFor('the machine', () => /READY, 0 of 1 running/.test(watch.output()));
    const program = system.run('sleep 2');
    await waitFor('the program', () => watch.output().includes('1 of 1 running'));
    await program;
    await system.watchdog.revertMachine({ machine: 'pbot-vm' }, { timeoutMs: 20_000 });
    await waitFor('the revert', () =>
      /READY, 0 of 1 running, reverts .*OPERATOR/.test(watch.output()),
    );
    expect(watch.output()).toContain('REVERTING');
    await watch.stop('SIGINT');
    const lines = watch.output().trimEnd().split('\n');
    for (const [i, line] of lines.entries()) {
      expect(line).toMatch(/^\d\d:\d\d:\d\d pbot-vm [A-Z]+/);
      expect(line.length).toBeLessThanOrEqual(80);
      expect(line.slice(9)).not.toBe(lines[i - 1]?.slice(9));
    }
    expect(lines.length).toBeGreaterThanOrEqual(4);
  });
});
