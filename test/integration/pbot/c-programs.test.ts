import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { describe, expect, it } from 'vitest';
import { prepareC } from '../../../services/pbot/c/prepare.js';
import { type Typed, typedC, typedCpp } from './c-corpus.js';

const has = (compiler: string) =>
  execaSync(compiler, ['--version'], { reject: false }).exitCode === 0;

/** Compiles what was made of the code with a real compiler, and runs it. */
async function run(typed: Typed, compiler: string): Promise<string> {
  const standard = typed.standard ?? 'c11';
  const family = standard === 'c++14' ? 'c++' : 'c';
  const prepared = prepareC(typed.code, {
    family,
    standard,
    noMain: false,
    noHeaders: false,
    includes: [],
  });
  if ('error' in prepared) throw new Error(prepared.error);
  expect(prepared.lastExpression).toBe(typed.last);
  const directory = await mkdtemp(join(tmpdir(), 'c-corpus-'));
  try {
    const file = join(directory, family === 'c' ? 'prog.c' : 'prog.cpp');
    // The header is the guest's; what it adds is tested there.
    await writeFile(file, prepared.source.replace(/#include <pbot-vm\/.*>\n/, ''));
    const options = [`-std=${standard}`, ...(typed.options ?? []), '-o', join(directory, 'prog')];
    await execa(compiler, [file, ...options, '-lm', '-pthread']);
    const { stdout } = await execa(join(directory, 'prog'), { stripFinalNewline: false });
    return stdout;
  } catch (error) {
    throw new Error(`${prepared.source}\n${String(error)}`, { cause: error });
  } finally {
    await rm(directory, { recursive: true });
  }
}

// Without a compiler on this host there is nothing to compare with.
describe.skipIf(!has('gcc'))('with gcc', () => {
  it.for(typedC)('$code prints what it should', async (typed) => {
    expect(await run(typed, 'gcc')).toBe(typed.prints);
  });
});

describe.skipIf(!has('g++'))('with g++', () => {
  it.for(typedCpp)('$code prints what it should', async (typed) => {
    expect(await run({ standard: 'c++14', ...typed }, 'g++')).toBe(typed.prints);
  });
});

// Clang has no nested functions.
describe.skipIf(!has('clang'))('with clang', () => {
  it.for(typedC.filter(({ code }) => !code.includes('inner(')))(
    '$code prints what it should',
    async (typed) => {
      expect(await run(typed, 'clang')).toBe(typed.prints);
    },
  );
});
