// How much memory a machine needs for its languages.

import { chooseLanguages } from '../../../guest/languages/catalogue.js';
import type { Language } from '../../../guest/languages/language.js';

/** What `up` gives a machine unless its languages need more. */
export const defaultMemoryMiB = 1024;

/**
 * MiB with which a small program of each language has what it takes, while as many run as the guest takes at a time. The
 * guest divides its memory as `guest/server/session/shares.ts` says.
 *
 * @param options.languages a profile, or names
 * @param options.own the operator's languages
 */
export function neededMemoryMiB(options: {
  languages: string;
  vcpus: number;
  own?: readonly Language[];
}): number {
  const choice = chooseLanguages(options.languages, options.own);
  const languages = 'chosen' in choice ? choice.chosen : [];
  const each = Math.max(0, ...languages.map((language) => language.neededMemoryMiB ?? 0));
  const together = Math.min(maxPrograms, options.vcpus * programsPerProcessor) * each;
  const needed = together / (programsShare * kernelLeaves);
  return Math.max(defaultMemoryMiB, Math.ceil(needed / stepMiB) * stepMiB);
}

const programsPerProcessor = 2;
const maxPrograms = 4;
const programsShare = 0.6;

/** A kernel of Debian keeps about 4 % to itself. */
const kernelLeaves = 0.95;

const stepMiB = 512;
