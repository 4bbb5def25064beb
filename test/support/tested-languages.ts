// The languages of the machines that tests make: those of `minimal`, and those of `standard` that tests name.

import { catalogue } from '../../guest/languages/catalogue.js';

const named = ['clang', 'clang++', 'clang2x', 'clang89', 'clang99', 'zsh'];

export const testedLanguages = catalogue.filter(
  ({ name, profile }) => profile === 'minimal' || named.includes(name),
);

/** The same for `pbot-vm up --languages`. */
export const testedLanguageNames = testedLanguages.map(({ name }) => name).join(',');
