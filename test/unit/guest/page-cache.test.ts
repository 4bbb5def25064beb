import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLittleAhead } from '../../../guest/server/page-cache.js';

let directory: string;
let setting: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pbot-vm-page-cache-'));
  setting = join(directory, 'read_ahead_kb');
});

afterEach(() => rmSync(directory, { recursive: true }));

describe('what the kernel reads ahead', () => {
  it('is little at first, and then what it was', () => {
    writeFileSync(setting, '4096\n');
    const readAsUsual = readLittleAhead(setting);
    expect(readFileSync(setting, 'utf8')).toBe('16');
    readAsUsual();
    expect(readFileSync(setting, 'utf8')).toBe('4096');
  });

  it('is what the kernel has by itself, where a server that has ended left little', () => {
    writeFileSync(setting, '16\n');
    readLittleAhead(setting)();
    expect(readFileSync(setting, 'utf8')).toBe('128');
  });

  it('stays as it is for a disk without the setting', () => {
    expect(() => readLittleAhead(join(directory, 'absent'))()).not.toThrow();
  });
});
