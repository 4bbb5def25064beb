import { describe, expect, it } from 'vitest';
import { readExecLine } from '../../../services/cli/exec-line.js';

describe('the line of vm-exec', () => {
  it('a line with files beside it may be without code', () => {
    const read = () => readExecLine('-lang=sh -O2', { mayLackCode: false });
    expect(read).toThrow(/^there is no code to run/);
    expect(readExecLine('-lang=sh -O2', { mayLackCode: true })).toMatchObject({
      kind: 'run',
      program: { language: 'sh', code: '', options: ['-O2'] },
    });
  });

  it('a line may ask for the languages', () => {
    expect(readExecLine('-lang=?', { mayLackCode: false })).toEqual({ kind: 'languages' });
  });

  it('a line that can not be read is wrong usage', () => {
    expect(() => readExecLine('{}', { mayLackCode: false })).toThrow(/malformed: code/);
  });
});
