import { describe, expect, it } from 'vitest';
import { takeExecOptions } from '../../../services/cli/exec-options.js';
import { UsageError } from '../../../services/cli/program.js';

describe("vm-exec's own options", () => {
  it('the options of vm-exec stand in front, in either form, and leave the rest as it is', () => {
    const words = [
      '--direct',
      '--check',
      '--file',
      'a',
      '--file=b',
      '--output-file',
      '*',
      '--output-directory=out',
    ];
    expect(takeExecOptions([...words, '-lang=sh', 'echo', '--file', 'c'])).toEqual({
      files: ['a', 'b'],
      outputFiles: ['*'],
      outputDirectory: 'out',
      direct: true,
      check: true,
      words: ['-lang=sh', 'echo', '--file', 'c'],
    });
  });

  it.each([
    [['-lang=sh', '--file', 'a']],
    [['-lang=sh', 'echo', 'hello']],
    [['-lang=sh', 'ls', '-h', '--help']],
    [['-hello']],
    [['echo', '--output-file', 'a']],
    [['echo', '--', 'a', '--']],
    [['--', '--file', 'a']],
    [['--version']],
    [['--filer', 'x']],
    [['--constructor', 'x']],
    [[]],
  ])("the words %j are all PBot's", (words) => {
    expect(takeExecOptions(words)).toMatchObject({
      ...{ files: [], outputFiles: [], direct: false, check: false },
      words,
    });
  });

  it('a value of an option may look like an option', () => {
    expect(takeExecOptions(['--file', '--', '--file', '--file', '--', 'x'])).toMatchObject({
      files: ['--', '--file'],
      words: ['--', 'x'],
    });
  });

  it('a value of an option may hold lines and equals signs', () => {
    expect(takeExecOptions(['--file=a=b\nc', 'x']).files).toEqual(['a=b\nc']);
  });

  it.each([
    [['--file'], '--file needs a value'],
    [['--file='], '--file needs a value'],
    [['--output-file', ''], '--output-file needs a value'],
    [['--output-file', '*'], '--output-file needs --output-directory'],
  ])('incomplete options, %j, are an error that says what they need', (words, message) => {
    expect(() => takeExecOptions(words)).toThrow(new UsageError(message));
  });
});
