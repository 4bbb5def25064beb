// Builds `dist/`: the programs of the host, and in `dist/guest` what a guest needs.

import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleGuest, bundleHostPrograms } from './programs.js';

const output = 'dist';

// Beside the last one, and a rename at the end: a program that starts meanwhile finds a whole one.
const staging = `${output}.new`;
await rm(staging, { recursive: true, force: true });
await bundleHostPrograms(staging);
await bundleGuest(join(staging, 'guest'));
await rm(output, { recursive: true, force: true });
await rename(staging, output);
