// Builds the smallest image of a guest, for the trial of the container that has a machine inside: tsx test/packages/guest-image.ts DIRECTORY

import { buildImage } from '../../deploy/host/image/build-image.js';
import { catalogue } from '../../guest/languages/catalogue.js';

const [cacheDir] = process.argv.slice(2);
if (cacheDir === undefined) throw new Error('name the directory');
const { directory } = await buildImage({
  suite: 'trixie',
  cacheDir,
  guestDir: 'dist/guest',
  languages: catalogue.filter(({ name }) => name === 'sh'),
  onProgress: ({ step }) => process.stderr.write(`${step}\n`),
});
process.stdout.write(`${directory}\n`);
