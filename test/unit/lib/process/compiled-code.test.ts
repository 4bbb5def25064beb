import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  compiledCodePath,
  requireCompiled,
  scriptOf,
} from '../../../../services/lib/process/compiled-code.js';

let directory: string;
let program: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pbot-vm-compiled-'));
  program = join(directory, 'program.cjs');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function write(source: string): void {
  writeFileSync(program, source);
}

function compile(): void {
  writeFileSync(compiledCodePath(program), scriptOf(program).createCachedData());
}

describe('a program that was compiled before', () => {
  it('exports what it exports to require', () => {
    write('module.exports = { double: (n) => 2 * n, place: [__filename, __dirname] };');
    compile();
    const { double, place } = requireCompiled(program) as {
      double: (n: number) => number;
      place: string[];
    };
    expect(double(21)).toBe(42);
    expect(place).toEqual([program, directory]);
  });

  it('loads the modules beside it', () => {
    writeFileSync(join(directory, 'sum.cjs'), 'exports.sum = (a, b) => a + b;');
    write("exports.sum = require('./sum.cjs').sum(1, 2);");
    compile();
    expect(requireCompiled(program)).toEqual({ sum: 3 });
  });

  it('is loaded without its code, too', () => {
    write('exports.answer = 42;');
    expect(requireCompiled(program)).toEqual({ answer: 42 });
  });

  it('is compiled again where the code belongs to another source', () => {
    write('exports.answer = 1;');
    compile();
    write('exports.answer = 4200;');
    expect(requireCompiled(program)).toEqual({ answer: 4200 });
  });

  it('is compiled again where the code is damaged', () => {
    write('exports.answer = 42;');
    writeFileSync(compiledCodePath(program), 'no code of V8');
    expect(requireCompiled(program)).toEqual({ answer: 42 });
  });

  it('names its own lines where it fails', () => {
    write('\n\nthrow new Error("of line three");');
    compile();
    expect(() => requireCompiled(program)).toThrow(
      expect.objectContaining({ stack: expect.stringContaining(`${program}:3:`) as string }),
    );
  });
});
