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
  it('the QEMU of a domain is the process whose id libvirt has written', async () => {
    writePid('pbot-vm', `${process.pid}\n`);
    await expect(findQemu('pbot-vm', ['/no/such/directory', directory])).resolves.toBe(process.pid);
  });

  it.each(['', 'x', '0', '-1', '999999999'])(
    'the QEMU of a domain is unknown where "%s" is written',
    async (text) => {
      writePid('pbot-vm', text);
      await expect(findQemu('pbot-vm', [directory])).resolves.toBeUndefined();
    },
  );

  it('the QEMU of a domain is not a process of another domain that has the same id now', async () => {
    writePid('pbot', `${process.pid}`);
    await expect(findQemu('pbot', [directory])).resolves.toBeUndefined();
  });

  it('the QEMU of a domain is unknown where nothing is written', async () => {
    await expect(findQemu('pbot-vm', [directory])).resolves.toBeUndefined();
    await expect(findQemu('pbot-vm', [])).resolves.toBeUndefined();
  });
});

describe('a process', () => {
  it('a process counts as stopped from SIGSTOP to SIGCONT', async () => {
    const pid = process.pid ?? 0;
    await expect(isStoppedProcess(pid)).resolves.toBe(false);
    process.kill('SIGSTOP');
    await waitFor('the stop', () => isStoppedProcess(pid));
    process.kill('SIGCONT');
    await waitFor('the end of the stop', async () => !(await isStoppedProcess(pid)));
  });

  it('a process that is gone is not stopped', async () => {
    await expect(isStoppedProcess(999_999_999)).resolves.toBe(false);
  });
});
