// Scheme, run by MIT/GNU Scheme.

import type { Language } from '../language.js';
import { olderSchemeSource, schemeCases } from './scheme-family.js';

export const mitScheme: Language = {
  name: 'mit-scheme',
  title: 'Scheme (MIT)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  ...olderSchemeSource,
  defaultOptions: [],
  run: [
    'mit-scheme',
    '--quiet',
    '{options}',
    '--load',
    '{source}',
    '--eval',
    '(exit)',
    '--args',
    '{arguments}',
  ],
  version: ['mit-scheme', '--version'],
  neededMemoryMiB: 150,
  cases: {
    ...schemeCases,
    arguments: { inapplicable: 'takes its arguments for Latin-1' },
    syntaxError: { inapplicable: 'leaves out what it cannot read' },
  },
  packages: { debian: ['mit-scheme'], fedora: [], suse: [] },
};
