// The languages that pbot-vm knows, and which of them a machine gets.

import { allLanguages } from './all.js';
import { type Language, profiles } from './language.js';

/** By name. Names and aliases are unique. */
export const catalogue = allLanguages;

/**
 * The languages of a profile, or those that are named, by blank or comma. `unknown`: the first word that is none.
 *
 * @param own the operator's: they belong to each profile, and can be named
 */
export function chooseLanguages(
  text: string,
  own: readonly Language[] = [],
): { chosen: Language[] } | { unknown: string } {
  const all = [...catalogue, ...own];
  const rank = (profile: string) => profiles.findIndex((each) => each === profile);
  if (rank(text) !== -1) {
    return { chosen: all.filter(({ profile }) => rank(profile) <= rank(text)) };
  }
  const chosen = new Set<Language>();
  for (const word of text.split(/[ ,]+/).filter((each) => each !== '')) {
    const language = all.find(({ name, aliases }) => name === word || aliases.includes(word));
    if (language === undefined) return { unknown: word };
    chosen.add(language);
  }
  return { chosen: [...chosen] };
}
