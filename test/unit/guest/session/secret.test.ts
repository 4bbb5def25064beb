import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findSecret, type ReadSecret } from '../../../../guest/server/session/secret.js';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pbot-vm-secret-'));
  path = join(directory, 'secret');
});

afterEach(() => rmSync(directory, { recursive: true }));

const textOf = (read: ReadSecret | undefined) => read && Buffer.from(read()).toString();

describe('the secret of a guest', () => {
  it('a guest without the file has none', () => {
    expect(findSecret(path)).toBeUndefined();
  });

  it('the secret is what the file holds now, as that of a clone differs from what its memory holds', () => {
    writeFileSync(path, 'of the origin\n');
    const read = findSecret(path);
    expect(textOf(read)).toBe('of the origin');
    writeFileSync(path, 'of the clone');
    expect(textOf(read)).toBe('of the clone');
  });

  it('a file that is empty or gone opens nothing: the last secret stays', () => {
    writeFileSync(path, 'secret');
    const read = findSecret(path);
    writeFileSync(path, '\n');
    expect(textOf(read)).toBe('secret');
    rmSync(path);
    expect(textOf(read)).toBe('secret');
  });

  it('a file that can not be read is an error, and not a guest without a secret', () => {
    expect(() => findSecret(directory)).toThrow(/EISDIR/);
  });
});
