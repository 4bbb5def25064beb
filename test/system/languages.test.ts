// Every case of every language of the profile `minimal`, on a real machine.

import { afterAll, describe, expect, inject, test } from 'vitest';
import { chooseLanguages } from '../../guest/languages/catalogue.js';
import { caseNames, tryCase } from '../languages/trial.js';
import { Clients, textOf } from '../support/clients.js';

const clients = new Clients(inject('machine'));

afterAll(() => clients.close());

const choice = chooseLanguages('minimal');
const languages = 'chosen' in choice ? choice.chosen : [];

describe.each(languages)('the language $name', (language) => {
  test.each(caseNames)(`${language.name} passes its case %s`, async (name) => {
    const trial = await tryCase(language, name, (program) => clients.execute(program));
    expect(trial).not.toMatchObject({ verdict: 'failed' });
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
