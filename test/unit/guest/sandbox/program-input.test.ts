import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ProgramInput } from '../../../../guest/server/sandbox/program-input.js';
import { waitFor } from '../../../support/wait.js';

let directory: string;
/** What the program reads from. */
let reader: number;
let writer: number;
let input: ProgramInput;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pbot-vm-input-'));
  const path = join(directory, 'pipe');
  execFileSync('mkfifo', [path]);
  reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  input = new ProgramInput(writer);
});

afterEach(() => {
  input.close();
  closeSync(reader);
  rmSync(directory, { recursive: true });
});

/** Nothing: the input has ended. */
function readNow(): string {
  const buffer = Buffer.alloc(100);
  return buffer.toString('utf8', 0, readSync(reader, buffer));
}

function written(text: string): Promise<void> {
  return new Promise((resolve) => input.write(Buffer.from(text), resolve));
}

it('what is written to the input of a program arrives in order, then its end', async () => {
  await Promise.all([written('one '), written('two')]);
  expect(readNow()).toBe('one two');
  input.end();
  await waitFor('the end', () => !existsSync(`/proc/self/fd/${writer}`));
  expect(readNow()).toBe('');
});

it('the input of a program that is given nothing has ended at once', () => {
  input.end();
  expect(readNow()).toBe('');
});

it('what is written after the end of the input, or after it was closed, counts as taken', async () => {
  input.end();
  await written('late');
  input.close();
  await written('later');
  expect(readNow()).toBe('');
});

it('what nobody will read because the input was closed counts as taken', async () => {
  const taken = written('x'.repeat(1_000_000));
  input.close();
  await taken;
});
