// On a real machine: hello of each language that it has, and every case of those of the profile `minimal`.
// `npm run languages` tries every case of every language.

import { afterAll, describe, expect, inject, test } from 'vitest';
import type { Language } from '../../guest/languages/language.js';
import { type CaseName, caseNames, tryCase } from '../languages/trial.js';
import { Clients, textOf } from '../support/clients.js';
import { standardLanguages } from '../support/tested-languages.js';

const clients = new Clients(inject('machine'));

afterAll(() => clients.close());

const minimal = standardLanguages.filter(({ profile }) => profile === 'minimal');
const otherCases = caseNames.filter((name) => name !== 'hello');

async function expectPass(language: Language, name: CaseName): Promise<void> {
  const trial = await tryCase(language, name, (program) => clients.execute(program));
  expect(trial).not.toMatchObject({ verdict: 'failed' });
}

describe.each(minimal)('the language $name', (language) => {
  test.each(otherCases)(`${language.name} passes its case %s`, async (name) => {
    await expectPass(language, name);
  });
});

describe('a language of the machine', () => {
  test.each(standardLanguages)('$name says hello', async (language) => {
    await expectPass(language, 'hello');
  });
});

test("a language that is an operator's own is listed and runs", async () => {
  const { languages: listed } = await clients.executor.listLanguages({}, { timeoutMs: 10_000 });
  const quiet = listed.find(({ name }) => name === 'quiet');
  expect(quiet).toMatchObject({
    title: 'Quiet',
    aliases: ['hush'],
    version: expect.stringContaining('sed'),
  });
  const { run } = await clients.execute({ language: 'hush', code: 'HELLO, World\n' });
  expect(textOf(run?.stdout)).toBe('hello, world\n');
});
