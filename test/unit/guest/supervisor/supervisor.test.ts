import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Supervisor } from '../../../../guest/server/supervisor/supervisor.js';
import { outcomeOf } from '../../../../guest/server/supervisor/worker-end.js';

const directory = mkdtempSync(join(tmpdir(), 'pbot-vm-supervisor-'));

/** What the script calls the pipe of an init is a file of this process. */
const requests = openSync(join(directory, 'requests'), 'w');

afterAll(() => {
  closeSync(requests);
  rmSync(directory, { recursive: true });
});

/** A script that prints some text before it answers its first request. */
function helperThatSays(text: string): string {
  const path = join(directory, 'helper.py');
  const hex = Buffer.from(text).toString('hex');
  writeFileSync(
    path,
    `import sys
sys.stdin.readline()
sys.stdout.buffer.write(bytes.fromhex("${hex}") + b"\\n1 ok ${process.pid} 20 ${requests}\\n")
sys.stdout.flush()
sys.stdin.read()
`,
  );
  return path;
}

const line = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'ended',
    'ended x y',
    'ended 2 999999999999',
    '2 ok',
    '-1 error',
    '',
    ' ',
    'NaN ok',
  ),
);
// The first request has the number 1.
const said = fc
  .array(line, { maxLength: 8 })
  .map((lines) => lines.flatMap((each) => each.split('\n')))
  .filter((lines) => lines.every((each) => Number(each.split(' ')[0]) !== 1));

describe("the supervisor's reader of lines", () => {
  it('the answer of a supervisor is read after lines that nobody has asked for', async () => {
    await fc.assert(
      fc.asyncProperty(said, async (lines) => {
        const failures: Error[] = [];
        const supervisor = Supervisor.start({
          scriptPath: helperThatSays(lines.join('\n')),
          unconfined: true,
          filesBytes: 1024,
          memoryBytes: 4096,
          onFailure: (error) => failures.push(error),
        });
        await expect(supervisor.openSandbox(0)).resolves.toEqual({ pid: process.pid, userId: 20 });
        expect(failures).toEqual([]);
      }),
      { numRuns: 15 },
    );
  }, 30_000);
});

describe('a wait status', () => {
  it('any wait status is read as an exit or a signal', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(0xffff), fc.double()), (status) => {
        const outcome = outcomeOf(status);
        if (outcome.kind === 'signalled') expect(outcome.signal).toMatch(/^SIG/);
        else expect(Number.isInteger(outcome.exitCode)).toBe(true);
      }),
    );
  });
});
