// C++, compiled with GCC.

import type { Language } from '../language.js';
import { compiledBy } from './c-options.js';
import { prepareLinker, quickLinker } from './quick-linker.js';

const compiler = compiledBy('g++', 'c++20');

/** One for programs of these options, and one for those that a debugger looks at. */
const precompile = `
mkdir "$0/iostream.gch" "$0/source"
echo '#include <iostream>' > "$0/source/iostream.h"
for more in '' -g; do
  g++ "$@" $more -x c++-header "$0/source/iostream.h" -o "$0/iostream.gch/options$more.gch"
done
`;

/** These print or forbid the files that are included. */
const seenInIncludes = ['-E', '-M', '-H', '-nostdinc', '-Winvalid-pch'];

export const cpp: Language = {
  name: 'c++',
  title: 'C++20 (GCC)',
  profile: 'minimal',
  isWarmed: true,
  aliases: ['cpp', 'g++'],
  ...compiler,
  // Most of a small program is <iostream>. With that compiled before, its compilation took 1.2 to 3.3 s in place of 5.1 to 5.6 s, in
  // turns, in an emulated guest on a busy host, and made the same object file. GCC passes over what other options would change.
  quickStart: {
    make: [
      'sh',
      '-c',
      `${prepareLinker}${precompile}`,
      '{file}',
      ...compiler.defaultOptions,
      '-pthread',
    ],
    options: ['-isystem', '{file}', ...quickLinker.options],
    notWith: { options: [...seenInIncludes, ...quickLinker.notWith.options], variables: [] },
  },
};
