import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findQemu, isStoppedProcess } from '../../../services/snapshot/qemu-process.js';
import { waitFor } from '../../support/wait.js';

let directory: string;
let process: ChildProcess;

/** A process with the command line that libvirt would give its QEMU. */
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'pbot-vm-pid-'));
  const words = ['-c', 'read end', 'sh', '-name', 'guest=pbot-vm,debug-threads=on'];
  process = spawn('sh', words, { stdio: ['pipe', 'ignore', 'ignore'] });
  await new Promise((resolve) => process.once('spawn', resolve));
});

afterEach(() => {
  process.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

function writePid(domain: string, text: string): void {
  writeFileSync(join(directory, `${domain}.pid`), text);
}

describe('the QEMU of a domain', () => {
  it('is the process that libvirt has written down', async () => {
    writePid('pbot-vm', `${process.pid}\n`);
    await expect(findQemu('pbot-vm', ['/no/such/directory', directory])).resolves.toBe(process.pid);
  });

  it.each(['', 'x', '0', '-1', '999999999'])('is unknown where "%s" is written', async (text) => {
    writePid('pbot-vm', text);
    await expect(findQemu('pbot-vm', [directory])).resolves.toBeUndefined();
  });

  it('is not a process of another domain that has got the number since', async () => {
    writePid('pbot', `${process.pid}`);
    await expect(findQemu('pbot', [directory])).resolves.toBeUndefined();
  });

  it('is unknown where nothing is written', async () => {
    await expect(findQemu('pbot-vm', [directory])).resolves.toBeUndefined();
    await expect(findQemu('pbot-vm', [])).resolves.toBeUndefined();
  });
});

describe('a process', () => {
  it('is told to be stopped from the signal that stops it to the one that lets it go on', async () => {
    const pid = process.pid ?? 0;
    await expect(isStoppedProcess(pid)).resolves.toBe(false);
    process.kill('SIGSTOP');
    await waitFor('the stop', () => isStoppedProcess(pid));
    process.kill('SIGCONT');
    await waitFor('the end of the stop', async () => !(await isStoppedProcess(pid)));
  });

  it('that is gone is not stopped', async () => {
    await expect(isStoppedProcess(999_999_999)).resolves.toBe(false);
  });
});
