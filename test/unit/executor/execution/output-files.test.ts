import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExecutionOrderError } from '../../../../services/executor/execution/execution.js';
import { OutputFiles } from '../../../../services/executor/execution/output-files.js';

function opened(globs = ['*', 'dir/*'], maxBytes = 100): OutputFiles {
  const files = new OutputFiles({ globs, maxFiles: 5, maxBytes });
  files.open({ isEndedByLimit: false });
  return files;
}

const bytes = (text: string) => Buffer.from(text);

describe('the files of a result', () => {
  it('are those that came, put together and sorted by path', () => {
    const files = opened();
    files.add('b', bytes('one '));
    files.add('b', bytes('two'));
    files.add('dir/a', bytes(''));
    files.add('a', bytes('x'));
    files.end({ isTruncated: false });
    const result = files.result();
    expect(result.files.map(({ path, data }) => [path, Buffer.from(data).toString()])).toEqual([
      ['a', 'x'],
      ['b', 'one two'],
      ['dir/a', ''],
    ]);
    expect(result.filesTruncated).toBe(false);
  });

  it('are none, and none are awaited, where none were asked for', () => {
    const files = opened([]);
    expect(files.areAwaited).toBe(false);
    expect(files.result()).toEqual({ files: [], filesTruncated: false });
    expect(() => files.add('a', bytes(''))).toThrow(ExecutionOrderError);
    expect(() => files.end({ isTruncated: false })).toThrow(ExecutionOrderError);
  });

  it('are none where a limit has ended the program, whatever comes', () => {
    const files = new OutputFiles({ globs: ['*'], maxFiles: 1, maxBytes: 10 });
    files.open({ isEndedByLimit: true });
    expect(files.areAwaited).toBe(false);
    files.add('a', bytes('x'));
    expect(files.result()).toEqual({ files: [], filesTruncated: false });
  });

  it('that were cut off are those that are surely whole', () => {
    const files = opened();
    files.add('a', bytes('whole'));
    files.add('b', bytes('may be a part'));
    expect(files.areAwaited).toBe(true);
    expect(files.result()).toEqual({
      files: [{ path: 'a', data: bytes('whole') }],
      filesTruncated: true,
    });
  });

  it('were truncated where the guest says so', () => {
    const files = opened();
    files.end({ isTruncated: true });
    expect(files.result()).toEqual({ files: [], filesTruncated: true });
  });

  it.each<[string, (files: OutputFiles) => void]>([
    ['a path that leaves the directory', (files) => files.add('../a', bytes(''))],
    ['an absolute path', (files) => files.add('/etc/shadow', bytes(''))],
    ['a path that nobody asked for', (files) => files.add('other/a', bytes(''))],
    ['more bytes than were asked for', (files) => files.add('a', new Uint8Array(101))],
    [
      'a file in two parts',
      (files) => {
        files.add('a', bytes('1'));
        files.add('b', bytes('2'));
        files.add('a', bytes('3'));
      },
    ],
    [
      'a file below another file',
      (files) => {
        files.add('dir', bytes('1'));
        files.add('dir/a', bytes('2'));
      },
    ],
    [
      'a file in place of a directory',
      (files) => {
        files.add('dir/a', bytes('1'));
        files.add('dir', bytes('2'));
      },
    ],
    [
      'more files than there may be',
      (files) => {
        for (let i = 0; i <= 5; i += 1) files.add(`${i}`, bytes(''));
      },
    ],
    [
      'a file behind the end',
      (files) => {
        files.end({ isTruncated: false });
        files.add('a', bytes(''));
      },
    ],
    [
      'two ends',
      (files) => {
        files.end({ isTruncated: false });
        files.end({ isTruncated: false });
      },
    ],
  ])('are not taken from a guest that sends %s', (_what, send) => {
    expect(() => send(opened())).toThrow(ExecutionOrderError);
  });

  it('do not come before the program has ended', () => {
    const files = new OutputFiles({ globs: ['*'], maxFiles: 1, maxBytes: 10 });
    expect(() => files.add('a', bytes(''))).toThrow(ExecutionOrderError);
    expect(() => files.end({ isTruncated: false })).toThrow(ExecutionOrderError);
  });

  it('are never more than was asked for, whatever a guest sends', () => {
    const path = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 5 });
    const pieces = fc.array(fc.tuple(path, fc.uint8Array({ maxLength: 30 })));
    fc.assert(
      fc.property(pieces, (each) => {
        const files = opened();
        try {
          for (const [name, data] of each) files.add(name, data);
          files.end({ isTruncated: false });
        } catch (error) {
          expect(error).toBeInstanceOf(ExecutionOrderError);
        }
        const result = files.result();
        const size = result.files.reduce((sum, { data }) => sum + data.length, 0);
        expect(size).toBeLessThanOrEqual(100);
        expect(result.files.length).toBeLessThanOrEqual(5);
        for (const { path: name } of result.files) expect(name).toMatch(/^(dir\/)?[ab.]+$/);
      }),
    );
  });
});
