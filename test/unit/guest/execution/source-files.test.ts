import { describe, expect, it } from 'vitest';
import { python3 } from '../../../../guest/languages/python/python3.js';
import { sourceFault, sourceFilesOf } from '../../../../guest/server/execution/source-files.js';
import { Start } from '../../../../services/gen/pbot/vm/guest/v1/channel.js';

function start(...files: [path: string, bytes: number][]): Start {
  return Start.create({
    files: files.map(([path, bytes]) => ({ path, bytes, executable: bytes === 1 })),
    sourceBytes: files.reduce((sum, [, bytes]) => sum + bytes, 0),
  });
}

describe('the files of an execution', () => {
  it('files are cut out of the joined bytes, and code without a path has the path of its language', () => {
    const asked = start(['', 3], ['a', 0], ['b', 1]);
    expect(sourceFault(asked, python3)).toBeUndefined();
    expect(sourceFilesOf(asked, python3, Buffer.from('abcd'))).toEqual([
      { path: 'program.py', content: Buffer.from('abc'), executable: false },
      { path: 'a', content: Buffer.from(''), executable: false },
      { path: 'b', content: Buffer.from('d'), executable: true },
    ]);
  });

  it.each<[string, Start]>([
    ['no file', start()],
    ['one outside of the working directory', start(['main.py', 1], ['../a', 1])],
    ['one without a path after the code', start(['main.py', 1], ['', 1])],
    ['one at the path of the code', start(['', 1], ['program.py', 1])],
    ['one in a directory that is a file', start(['a/b', 1], ['a', 1])],
    ['more bytes than the server takes', start(['a', 16 * 1024 * 1024 + 1])],
    ['sizes that are not their size together', { ...start(['a', 5]), sourceBytes: 4 }],
  ])('the files of an execution are refused when they hold %s', (_what, asked) => {
    expect(sourceFault(asked, python3)).toEqual(expect.any(String));
  });
});
