// The setting that says where the host keeps what PBot's users have left.

import { resolve } from 'node:path';
import * as z from 'zod';
import { homeDirectoryOf, runDirectory } from '../../lib/config/own-machines.js';
import type { Setting } from '../../lib/config/settings.js';

export const stateDirectory: Setting<string> = {
  variable: 'PBOTVM_STATE',
  defaultText: 'by user',
  description:
    "Where the codes of PBot's users and the files of a persist-key are kept; by default run/DOMAIN/state below PBOTVM_HOME",
  derived: {
    from: 'PBOTVM_HOME',
    text: (environment) =>
      resolve(
        runDirectory({
          homeDirectory: homeDirectoryOf(environment),
          poolName: environment['PBOTVM_DOMAIN'] || 'pbot-vm',
        }),
        'state',
      ),
  },
  schema: z
    .string()
    .startsWith('/', { error: 'must be an absolute path' })
    .default('/var/lib/pbot-vm/state'),
};
