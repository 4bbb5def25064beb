// The languages of the machines that tests make.

import { catalogue, chooseLanguages } from '../../guest/languages/catalogue.js';

const standard = chooseLanguages('standard');

/** Those of the machine that system tests share: all of the profile `standard`. */
export const standardLanguages = 'chosen' in standard ? standard.chosen : [];

const named = ['clang', 'clang++', 'clang2x', 'clang89', 'clang99', 'zsh'];

/** Those of a machine that a test makes for itself: the profile `minimal`, and what tests name. */
export const fewLanguages = catalogue.filter(
  ({ name, profile }) => profile === 'minimal' || named.includes(name),
);

/** For `pbot-vm up --languages`. */
export const namesOf = (languages: typeof catalogue) => languages.map(({ name }) => name).join(',');
