// Writes a file and reads it by a reader under test.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../services/lib/process/user-error.js';

/** What is read from a file with this content, or `undefined` where the reader throws a UserError. */
export function readFile<T>(content: string, read: (path: string) => T): T | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'pbot-vm-fuzz-'));
  try {
    const path = join(directory, 'file.json');
    writeFileSync(path, content);
    return read(path);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    assert.ok(error.message.length > 0, 'it says why');
    return undefined;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
