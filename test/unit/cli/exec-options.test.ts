import { describe, expect, it } from 'vitest';
import { takeExecOptions } from '../../../services/cli/exec-options.js';

describe("vm-exec's own options", () => {
  it('stand in front, in either form, and leave the rest as it is', () => {
    const words = ['--file', 'a', '--file=b', '--output-file', '*', '--output-directory=out'];
    expect(takeExecOptions([...words, '-lang=sh', 'echo', '--file', 'c'])).toEqual({
      files: ['a', 'b'],
      outputFiles: ['*'],
      outputDirectory: 'out',
      words: ['-lang=sh', 'echo', '--file', 'c'],
    });
  });

  it.each([
    [['-lang=sh', '--file', 'a']],
    [['echo', '--output-file', 'a']],
    [['--version']],
    [['--filer', 'x']],
    [['--constructor', 'x']],
    [[]],
  ])('are none in %j, which PBot reads', (words) => {
    expect(takeExecOptions(words)).toMatchObject({ files: [], outputFiles: [], words });
  });

  it.each([
    [['--file'], '--file needs a value'],
    [['--file='], '--file needs a value'],
    [['--output-file', '*'], '--output-file needs --output-directory'],
  ])('that are incomplete, %j, say what they need', (words, mistake) => {
    expect(takeExecOptions(words)).toEqual({ mistake });
  });
});
