import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinArguments } from '../../../services/cli/arguments.js';
import { parseCommandLine } from '../../../services/cli/command-line.js';
import { splitWords } from '../../../services/pbot/options/words.js';

const programArguments = fc.oneof(
  fc.string(),
  fc
    .array(fc.constantFrom('a', 'b c', ' ', '"', "'", '\\', '\n', '-stdin '), { maxLength: 8 })
    .map((parts) => parts.join('')),
);

describe('the words of a shell', () => {
  it('a single word of a shell is the line as it is', () => {
    fc.assert(
      fc.property(fc.string(), (line) => {
        expect(joinArguments([line])).toBe(line);
      }),
    );
  });

  it('the words of a shell are joined by spaces', () => {
    expect(joinArguments(['-lang=sh', 'echo', 'a  b'])).toBe('-lang=sh echo a  b');
    expect(joinArguments([])).toBe('');
  });

  it('the value of -args is the same as the shell has given', () => {
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
    'the value %j of -args stays apart from the code',
    (value) => {
      const line = joinArguments(['-args', value, 'echo "hi"']);
      expect(parseCommandLine(line)).toMatchObject({
        arguments: splitWords(value),
        code: 'echo "hi"',
      });
    },
  );

  it('-stdin gets the rest of the line', () => {
    const line = joinArguments(['-lang=sh', 'cat', '-stdin', 'hello', 'there']);
    expect(parseCommandLine(line)).toMatchObject({ code: 'cat', stdin: 'hello there\n' });
  });
});
