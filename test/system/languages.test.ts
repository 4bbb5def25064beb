// The languages of the profile `minimal`, on a real machine: two cases of each, and every case of two of them. The whole
// matrix takes long: `npm run languages`.

import { afterAll, describe, expect, inject, test } from 'vitest';
import { chooseLanguages } from '../../guest/languages/catalogue.js';
import { type CaseName, caseNames, tryCase } from '../languages/trial.js';
import { Clients } from '../support/clients.js';

const clients = new Clients(inject('machine'));

afterAll(() => clients.close());

const choice = chooseLanguages('minimal');
const languages = 'chosen' in choice ? choice.chosen : [];

/** One that is interpreted and one that is compiled. */
const triedWhole = ['sh', 'c11'];
const casesInShort: readonly CaseName[] = ['hello', 'syntaxError'];

describe.each(languages)('the language $name', (language) => {
  test.each(triedWhole.includes(language.name) ? caseNames : casesInShort)(
    `${language.name} passes its case %s`,
    async (name) => {
      const trial = await tryCase(language, name, (program) => clients.execute(program));
      expect(trial).not.toMatchObject({ verdict: 'failed' });
    },
  );
});
