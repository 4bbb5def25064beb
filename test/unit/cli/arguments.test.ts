import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { joinArguments, reportUsageError } from '../../../services/cli/arguments.js';
import { parseCommandLine, splitWords } from '../../../services/pbot/command-line.js';

const programArguments = fc.oneof(
  fc.string(),
  fc
    .array(fc.constantFrom('a', 'b c', ' ', '"', "'", '\\', '\n', '-stdin '), { maxLength: 8 })
    .map((parts) => parts.join('')),
);

describe('the words of a shell', () => {
  it('that are one are the line as it is', () => {
    fc.assert(
      fc.property(fc.string(), (line) => {
        expect(joinArguments([line])).toBe(line);
      }),
    );
  });

  it('are joined by spaces', () => {
    expect(joinArguments(['-lang=sh', 'echo', 'a  b'])).toBe('-lang=sh echo a  b');
    expect(joinArguments([])).toBe('');
  });

  it('give -args the same value as the shell did', () => {
    fc.assert(
      fc.property(programArguments, (value) => {
        const line = joinArguments(['-lang=sh', '-args', value, 'echo "hi"']);
        expect(parseCommandLine(line)).toMatchObject({
          language: 'sh',
          arguments: splitWords(value),
          code: 'echo "hi"',
        });
      }),
    );
  });

  it.each(['', 'one', 'one two', '"one two" three', '"a', "it's", 'C:\\x', 'C:\\x y'])(
    'keep an -args of %j apart from the code',
    (value) => {
      const line = joinArguments(['-args', value, 'echo "hi"']);
      expect(parseCommandLine(line)).toMatchObject({
        arguments: splitWords(value),
        code: 'echo "hi"',
      });
    },
  );

  it('give -stdin the rest of the line', () => {
    const line = joinArguments(['-lang=sh', 'cat', '-stdin', 'hello', 'there']);
    expect(parseCommandLine(line)).toMatchObject({ code: 'cat', stdin: 'hello there\n' });
  });
});

describe('wrong usage', () => {
  const { exitCode } = process;

  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = exitCode;
  });

  it('is told on stderr with the name of the program, and ends with exit code 2', () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    reportUsageError('vm-client', 'PBOTVM_SERVER is wrong.');
    expect(write).toHaveBeenCalledExactlyOnceWith('vm-client: PBOTVM_SERVER is wrong.\n');
    expect(process.exitCode).toBe(2);
  });
});
