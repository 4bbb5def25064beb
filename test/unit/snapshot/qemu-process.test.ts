import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findQemu } from '../../../services/snapshot/qemu-process.js';

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
