import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSecretFile } from '../../../../services/lib/config/secret.js';

const directory = mkdtempSync(join(tmpdir(), 'pbot-vm-secret-'));
const path = join(directory, 'secret');

afterAll(() => rmSync(directory, { recursive: true }));

function read(text: string, mode = 0o600): string {
  writeFileSync(path, text);
  chmodSync(path, mode);
  return Buffer.from(readSecretFile(path)).toString();
}

describe('the file of a secret', () => {
  it('a secret is what the file holds, without the end of its line', () => {
    expect(read(`${'a'.repeat(32)}\n`)).toBe('a'.repeat(32));
  });

  it.each(['', 'short', 'a'.repeat(257), `${'a'.repeat(40)} b`, 'é'.repeat(40)])(
    '%j is no secret',
    (text) => {
      expect(() => read(text)).toThrow(/32 to 256 visible characters/);
    },
  );

  it('a secret that other users of the host may read is an error', () => {
    expect(() => read('a'.repeat(32), 0o644)).toThrow(/chmod 600/);
  });

  it('a file that is not there is an error', () => {
    expect(() => readSecretFile(join(directory, 'none'))).toThrow(/can't be read/);
  });
});
