// The files of a result: which ones are taken from a guest, and when.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExecutionOrderError } from '../../../../services/executor/execution/phases.js';
import type { Limit } from '../../../../services/executor/execution/result.js';
import { SteppedExecution } from '../stepped-execution.js';

interface Asked {
  readonly globs: readonly string[];
  readonly maxFiles: number;
  readonly maxBytes: number;
}

function running(files: Asked): SteppedExecution {
  const execution = new SteppedExecution({ files });
  execution.startPhase('run', [], 0);
  return execution;
}

function ran(files: Asked, limit?: Limit): SteppedExecution {
  const execution = running(files);
  const usage = { wallTimeMs: 1, peakMemoryBytes: 2, peakProcesses: 3 };
  execution.finishPhase('run', limit === undefined ? { usage } : { usage, limit });
  return execution;
}

function opened(globs = ['*', 'dir/*'], maxBytes = 100): SteppedExecution {
  return ran({ globs, maxFiles: 5, maxBytes });
}

const bytes = (text: string) => Buffer.from(text);

describe('the files of a result', () => {
  it('files of a result are those that came, put together and sorted by path', () => {
    const files = opened();
    files.addFile('b', bytes('one '));
    files.addFile('b', bytes('two'));
    files.addFile('dir/a', bytes(''));
    files.addFile('a', bytes('x'));
    files.endFiles({ isTruncated: false });
    const result = files.files();
    expect(result.files.map(({ path, data }) => [path, Buffer.from(data).toString()])).toEqual([
      ['a', 'x'],
      ['b', 'one two'],
      ['dir/a', ''],
    ]);
    expect(result.filesTruncated).toBe(false);
  });

  it('files of a result are none, and none are awaited, where none were asked for', () => {
    const files = opened([]);
    expect(files.areFilesAwaited).toBe(false);
    expect(files.files()).toEqual({ files: [], filesTruncated: false });
    expect(() => files.addFile('a', bytes(''))).toThrow(ExecutionOrderError);
    expect(() => files.endFiles({ isTruncated: false })).toThrow(ExecutionOrderError);
  });

  it('files of a result are none where a limit has ended the program, whatever comes', () => {
    const files = ran({ globs: ['*'], maxFiles: 1, maxBytes: 10 }, 'memory');
    expect(files.areFilesAwaited).toBe(false);
    files.addFile('a', bytes('x'));
    expect(files.files()).toEqual({ files: [], filesTruncated: false });
  });

  it('files of a result that were cut off are those that are surely whole', () => {
    const files = opened();
    files.addFile('a', bytes('whole'));
    files.addFile('b', bytes('may be a part'));
    expect(files.areFilesAwaited).toBe(true);
    expect(files.files()).toEqual({
      files: [{ path: 'a', data: bytes('whole') }],
      filesTruncated: true,
    });
  });

  it('files of a result were truncated where the guest says so', () => {
    const files = opened();
    files.endFiles({ isTruncated: true });
    expect(files.files()).toEqual({ files: [], filesTruncated: true });
  });

  it.each<[string, (files: SteppedExecution) => void]>([
    ['a path that leaves the directory', (files) => files.addFile('../a', bytes(''))],
    ['an absolute path', (files) => files.addFile('/etc/shadow', bytes(''))],
    ['a path that nobody asked for', (files) => files.addFile('other/a', bytes(''))],
    ['more bytes than were asked for', (files) => files.addFile('a', new Uint8Array(101))],
    [
      'a file in two parts',
      (files) => {
        files.addFile('a', bytes('1'));
        files.addFile('b', bytes('2'));
        files.addFile('a', bytes('3'));
      },
    ],
    [
      'a file below another file',
      (files) => {
        files.addFile('dir', bytes('1'));
        files.addFile('dir/a', bytes('2'));
      },
    ],
    [
      'a file in place of a directory',
      (files) => {
        files.addFile('dir/a', bytes('1'));
        files.addFile('dir', bytes('2'));
      },
    ],
    [
      'more files than there may be',
      (files) => {
        for (let i = 0; i <= 5; i += 1) files.addFile(`${i}`, bytes(''));
      },
    ],
    [
      'a file after the end',
      (files) => {
        files.endFiles({ isTruncated: false });
        files.addFile('a', bytes(''));
      },
    ],
    [
      'two ends',
      (files) => {
        files.endFiles({ isTruncated: false });
        files.endFiles({ isTruncated: false });
      },
    ],
  ])('files of a result are not taken from a guest that sends %s', (_what, send) => {
    expect(() => send(opened())).toThrow(ExecutionOrderError);
  });

  it('files of a result do not come before the program has ended', () => {
    const files = running({ globs: ['*'], maxFiles: 1, maxBytes: 10 });
    expect(() => files.addFile('a', bytes(''))).toThrow(ExecutionOrderError);
    expect(() => files.endFiles({ isTruncated: false })).toThrow(ExecutionOrderError);
  });

  it('files of a result are never more than was asked for, whatever a guest sends', () => {
    const path = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 5 });
    const pieces = fc.array(fc.tuple(path, fc.uint8Array({ maxLength: 30 })));
    fc.assert(
      fc.property(pieces, (each) => {
        const files = opened();
        try {
          for (const [name, data] of each) files.addFile(name, data);
          files.endFiles({ isTruncated: false });
        } catch (error) {
          expect(error).toBeInstanceOf(ExecutionOrderError);
        }
        const result = files.files();
        const size = result.files.reduce((sum, { data }) => sum + data.length, 0);
        expect(size).toBeLessThanOrEqual(100);
        expect(result.files.length).toBeLessThanOrEqual(5);
        for (const { path: name } of result.files) expect(name).toMatch(/^(dir\/)?[ab.]+$/);
      }),
    );
  });
});
