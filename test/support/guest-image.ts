// Builds the image of a guest as `pbot-vm up` does, and prints its directory: tsx test/support/guest-image.ts CACHE LANGUAGES

import { buildImage } from '../../deploy/host/image/build-image.js';
import { chooseLanguages } from '../../guest/languages/catalogue.js';

const [cacheDir, names] = process.argv.slice(2);
if (cacheDir === undefined || names === undefined)
  throw new Error('name the cache and the languages');
const choice = chooseLanguages(names);
if ('unknown' in choice) throw new Error(`there is no language ${choice.unknown}`);
const { directory } = await buildImage({
  suite: 'trixie',
  cacheDir,
  guestDir: 'dist/guest',
  languages: choice.chosen,
  onProgress: ({ step }) => process.stderr.write(`${step}\n`),
});
process.stdout.write(`${directory}\n`);
