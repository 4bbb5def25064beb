// The table of the profiles: what a machine with their languages costs.

import { readFileSync } from 'node:fs';
import { chooseLanguages } from '../../../guest/languages/catalogue.js';
import { profiles } from '../../../guest/languages/language.js';
import { languagePackages } from '../../host/image/guest-system.js';
import { neededMemoryMiB } from '../../host/up/needed-memory.js';
import { code, markdownTable } from './markdown.js';

/** What `npm run bench:images -- --results` keeps of an image. */
export interface MeasuredImage {
  /** A profile, or names of languages. */
  readonly languages: string;
  readonly suite: string;
  /** Debian with what every guest has: a layer that all profiles share. */
  readonly debianSeconds: number;
  /** The rest: languages, file system, disk. */
  readonly seconds: number;
  readonly diskMiB: number;
}

const imagesPath = new URL('../../../test/languages/images.json', import.meta.url);

export function profilesTable(): string {
  const images = JSON.parse(readFileSync(imagesPath, 'utf8')) as readonly MeasuredImage[];
  return markdownTable(
    [
      ...['Profile', 'Languages', 'Packages of Debian that are named', 'Image (MiB)'],
      ...['Build (s)', 'Memory of a machine (MiB)', 'With two or more processors (MiB)'],
    ],
    profiles.map((profile) => {
      const choice = chooseLanguages(profile);
      const languages = 'chosen' in choice ? choice.chosen : [];
      const image = images.find((each) => each.languages === profile && each.suite === 'trixie');
      return [
        code(profile),
        String(languages.length),
        String(languagePackages(languages).length),
        image === undefined ? 'not built' : String(image.diskMiB),
        image === undefined ? '' : `${image.debianSeconds} + ${image.seconds}`,
        ...[1, 2].map((vcpus) => String(neededMemoryMiB({ languages: profile, vcpus }))),
      ];
    }),
  );
}
