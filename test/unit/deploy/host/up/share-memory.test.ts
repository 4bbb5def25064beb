import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shareMemory } from '../../../../../deploy/host/up/share-memory.js';
import { UserError } from '../../../../../services/lib/process/user-error.js';

// Files in place of the kernel's: the real ones belong to the whole host.
let settings: string;

beforeEach(() => {
  settings = mkdtempSync(join(tmpdir(), 'pbot-vm-ksm-'));
});

afterEach(() => rmSync(settings, { recursive: true, force: true }));

const write = (name: string, value: string) => writeFileSync(join(settings, name), value);
const read = (name: string) => readFileSync(join(settings, name), 'utf8');

describe('memory that machines share', () => {
  it('the kernel is set to compare pages, more of them at a time than by itself', async () => {
    write('run', '0\n');
    write('pages_to_scan', '100\n');
    await shareMemory(settings);
    expect(read('run')).toBe('1');
    expect(read('pages_to_scan')).toBe('1000');
  });

  it('a rate that somebody has set higher stays', async () => {
    write('run', '0\n');
    write('pages_to_scan', '5000\n');
    await shareMemory(settings);
    expect(read('run')).toBe('1');
    expect(read('pages_to_scan')).toBe('5000\n');
  });

  it('the error of a kernel without KSM names what is missing', async () => {
    rmSync(settings, { recursive: true });
    await expect(shareMemory(settings)).rejects.toThrow(`has no KSM (${settings} is missing)`);
    await expect(shareMemory(settings)).rejects.toThrow(UserError);
  });
});
