import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  ExecutionPort,
  PbotFile,
  PbotPhase,
  PbotProgram,
} from '../../../../services/pbot/execution-port.js';
import {
  isKey,
  PersistentExecution,
} from '../../../../services/pbot/persist/persistent-execution.js';
import { createStateStore } from '../../../../services/pbot/persist/state-store.js';

const program: PbotProgram = {
  language: 'sh',
  machine: '',
  code: 'vote',
  options: [],
  arguments: [],
  stdin: new Uint8Array(),
  requestId: '',
  requester: '',
};

const output = { data: new Uint8Array(), totalBytes: 0, droppedBytes: 0, tail: new Uint8Array() };

describe('the state of programs with a key', () => {
  let directory: string;
  let persistence: PersistentExecution;
  let failures: unknown[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'state-'));
    persistence = restarted();
    failures = [];
  });

  afterEach(() => rm(directory, { recursive: true }));

  function restarted(maxKeys?: number): PersistentExecution {
    const store = createStateStore({ directory, ...(maxKeys === undefined ? {} : { maxKeys }) });
    return new PersistentExecution({ store, onFailure: (error) => failures.push(error) });
  }

  /** Programs that add a vote, and end as it is said. */
  function voting(end: Partial<PbotPhase> = {}, add = '+'): ExecutionPort & { seen: string[] } {
    const seen: string[] = [];
    return {
      seen,
      listLanguages: () => [],
      listMachines: () => [],
      execute: ({ state }) => {
        const votes = Buffer.from(state?.[0]?.data ?? []).toString();
        seen.push(votes);
        const left: PbotFile[] = [{ path: '.tmp/votes', data: Buffer.from(votes + add) }];
        const outcome = { kind: 'exited', exitCode: 0 } as const;
        const run = { command: [], outcome, stdout: output, stderr: output, ...end };
        return Promise.resolve({
          kind: 'result',
          result: { run, ...(state && { state: left }) },
        });
      },
    };
  }

  it('comes back with the next program of the key, also after a restart, and with no other', async () => {
    const port = voting();
    await persistence.execute(program, 'poll', port);
    await persistence.execute(program, '../poll\n', port);
    await restarted().execute(program, 'poll', port);
    expect(port.seen).toEqual(['', '', '+']);
    const [name = ''] = await readdir(directory);
    expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
  });

  it('is kept by one program of a key after the other', async () => {
    const port = voting();
    await Promise.all([1, 2, 3].map(() => persistence.execute(program, 'poll', port)));
    expect(port.seen).toEqual(['', '+', '++']);
  });

  it('is kept of a program that fails by itself, and of none that was ended', async () => {
    await persistence.execute(program, 'poll', voting());
    await persistence.execute(program, 'poll', voting({ limit: 'wall time' }));
    const crashed = { kind: 'signalled', signal: 'SIGSEGV' } as const;
    await persistence.execute(program, 'poll', voting({ outcome: crashed }));
    const port = voting();
    await persistence.execute(program, 'poll', port);
    expect(port.seen).toEqual(['++']);
  });

  it('stays what it was where a program leaves too much', async () => {
    await persistence.execute(program, 'poll', voting());
    await persistence.execute(program, 'poll', voting({}, 'x'.repeat(512 * 1024)));
    const port = voting();
    await persistence.execute(program, 'poll', port);
    expect(port.seen).toEqual(['+']);
    expect(String(failures)).toContain('programs of the key poll have left 1 files');
  });

  it('is not overwritten where it cannot be read', async () => {
    await persistence.execute(program, 'poll', voting());
    const [name = ''] = await readdir(directory);
    await writeFile(join(directory, name), '{');
    const port = voting();
    await persistence.execute(program, 'poll', port);
    await persistence.execute(program, 'poll', port);
    expect(port.seen).toEqual(['', '']);
    expect(failures).toHaveLength(2);
  });

  it('is dropped where it was not written for the longest time', async () => {
    persistence = restarted(2);
    const port = voting();
    for (const key of ['a', 'b', 'c', 'a']) await persistence.execute(program, key, port);
    expect(port.seen).toEqual(['', '', '', '']);
    expect(await readdir(directory)).toHaveLength(2);
  });

  it('has a key of text without control characters', () => {
    expect(['poll', '../x', 'ü é', 'x'.repeat(128)].filter(isKey)).toHaveLength(4);
    expect(['', 'a\n', '\0', 'x'.repeat(129)].filter(isKey)).toEqual([]);
  });
});
