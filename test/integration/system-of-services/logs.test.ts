import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestSystem } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';

let system: TestSystem;
let home: string;
let logPath: string;

const line = (msg: string) => `${JSON.stringify({ level: 30, time: 0, name: 'executor', msg })}\n`;

beforeAll(async () => {
  system = await TestSystem.create();
  home = await mkdtemp(join(tmpdir(), 'pbot-vm-home-'));
  logPath = join(home, 'run/pbot-vm/vm-server.log');
  await mkdir(join(home, 'run/pbot-vm'), { recursive: true });
  await mkdir(join(home, 'machines/pbot-vm'), { recursive: true });
  await writeFile(join(home, 'machines/pbot-vm/machine.json'), '{"inputs":"x"}');
  await writeFile(logPath, line('first') + line('second') + line('third'));
});

afterAll(async () => {
  await system.stop();
  await rm(home, { recursive: true });
});

const environment = () => ({ PBOTVM_HOME: home, PBOTVM_DOMAIN: 'pbot-vm' });
const pbotVm = (...words: string[]) =>
  system.command(system.programs.pbotVm, words, { environment: environment() });

describe('what was written', () => {
  test('pbot-vm logs prints the last lines of the log as text', async () => {
    const { stdout, exitCode } = await pbotVm('logs', '-n', '2');
    expect(stdout).toMatch(/^\[.*\] INFO \(executor\): second\n\[.*\] INFO \(executor\): third\n$/);
    expect(exitCode).toBe(0);
  });

  test('pbot-vm logs --json prints the lines as they are', async () => {
    const { stdout } = await pbotVm('logs', '--json', '-n', '1');
    expect(stdout).toBe(line('third'));
  });

  test('pbot-vm logs -f goes on with what is written later', async () => {
    const log = system.launch(system.programs.pbotVm, {
      args: ['logs', '-f', '--json'],
      environment: environment(),
    });
    await waitFor('the last line', () => log.output().includes('third'));
    await appendFile(logPath, line('later'));
    await waitFor('the later line', () => log.output().includes('later'));
    await log.stop('SIGINT');
  });

  test('pbot-vm logs says who writes the log where there is none', async () => {
    const { stderr, exitCode } = await system.command(system.programs.pbotVm, ['logs'], {
      environment: { ...environment(), PBOTVM_DOMAIN: 'another' },
    });
    expect(stderr).toContain('vm-server.log: services in the background write it');
    expect(exitCode).toBe(1);
  });

  test('pbot-vm console prints what the guest has written, and nothing that a terminal would obey', async () => {
    const text = 'Debian GNU/Linux\r\n\u001b[2Jlogin:\tü\n';
    await writeFile(join(home, 'machines/pbot-vm/console.log'), text);
    const { stdout, exitCode } = await pbotVm('console');
    expect(stdout).toBe('Debian GNU/Linux\n\\u001b[2Jlogin:\tü\n');
    expect(exitCode).toBe(0);
  });

  test('pbot-vm console names the machines where there is none of that name', async () => {
    const { stderr, exitCode } = await pbotVm('console', 'nobody');
    expect(stderr).toBe('pbot-vm: There is no machine nobody: pbot-vm.\n');
    expect(exitCode).toBe(1);
  });
});
