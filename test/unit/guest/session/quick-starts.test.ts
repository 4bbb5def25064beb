import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Language } from '../../../../guest/languages/language.js';
import { prepareQuickStarts } from '../../../../guest/server/session/quick-starts.js';
import { untried } from '../../../support/untried-language.js';

/** Of a shell: its file is one more script, which it reads first. */
const quickStart = {
  make: ['sh', '-c', 'echo \'. "$1"\' > "$0"', '{file}'],
  options: ['{file}'],
  notWith: { options: ['--'], variables: ['ENV'] },
} as const;

const language: Language = {
  ...untried,
  name: 'quick',
  profile: 'minimal',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.sh',
  defaultOptions: [],
  run: ['sh', '{options}', '{source}', '{arguments}'],
  quickStart,
  version: ['sh', '--version'],
  hello: 'echo hello\n',
  packages: { debian: [], fedora: [], suse: [] },
};

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pbot-vm-quick-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function prepared(each: Language, where: string | undefined = directory) {
  const [first] = await prepareQuickStarts([{ language: each, version: '1' }], where);
  return first?.language;
}

describe('a language with a quick start', () => {
  test('a language with a quick start has its file made, and the options name it', async () => {
    const file = join(directory, 'quick.start');
    const found = await prepared(language);
    expect(found?.quickStart?.options).toEqual([file]);
    expect(await readFile(file, 'utf8')).toBe('. "$1"\n');
    expect(await readdir(directory)).toEqual(['quick.start']);
  });

  test('a file is made in the environment of the language’s programs', async () => {
    const made: Language = {
      ...{ ...language, name: 'made', environment: { SAID: 'hello' } },
      quickStart: { ...quickStart, make: ['sh', '-c', 'echo "# $SAID" > "$0"', '{file}'] },
    };
    const run = ['sh', '-c', '. "$0"; echo "$SAID"', '{options}'] as const;
    expect(await prepared({ ...made, run })).toHaveProperty('quickStart');
    expect(await readFile(join(directory, 'made.start'), 'utf8')).toBe('# hello\n');
  });

  test('a quick start with a command of its own has the file in that command', async () => {
    const built: Language = {
      ...{ ...language, name: 'built', compile: ['cp', '{source}', '{program}'] },
      quickStart: { ...quickStart, options: [], compile: ['sh', '{file}/build', '{source}'] },
    };
    const found = await prepared(built);
    expect(found?.quickStart?.compile).toEqual([
      ...['sh', `${join(directory, 'built.start')}/build`, '{source}'],
    ]);
  });

  test('a file that is there is kept while programs start with it, and made again where they don’t', async () => {
    const file = join(directory, 'quick.start');
    const kept = '. "$1" # kept\n';
    await writeFile(file, kept);
    expect(await prepared(language)).toHaveProperty('quickStart');
    expect(await readFile(file, 'utf8')).toBe(kept);
    await writeFile(file, 'exit 1\n');
    expect(await prepared(language)).toHaveProperty('quickStart');
    expect(await readFile(file, 'utf8')).toBe('. "$1"\n');
  });

  test('a language whose file can’t be made starts as it does without', async () => {
    const broken = { ...language, name: 'broken' };
    const found = await prepared({ ...broken, quickStart: { ...quickStart, make: ['false'] } });
    expect(found).not.toHaveProperty('quickStart');
    expect(found?.run).toEqual(language.run);
  });

  test('a language that prints something else with its file starts as it does without', async () => {
    const loud = { ...language, name: 'loud', hello: 'echo hello; echo warning >&2\n' };
    expect(await prepared(loud)).not.toHaveProperty('quickStart');
  });

  test('a guest server that makes no files has no quick starts', async () => {
    const [first] = await prepareQuickStarts([{ language, version: '1' }], undefined);
    expect(first?.language).not.toHaveProperty('quickStart');
  });
});

test('a language without a quick start stays as it is', async () => {
  const { quickStart: _, ...plain } = language;
  expect(await prepared(plain)).toBe(plain);
});
