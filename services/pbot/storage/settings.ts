// The setting that says where the host keeps what PBot's users have left.

import { join } from 'node:path';
import { homeDirectoryOf, runDirectory } from '../../lib/config/own-machines.js';
import { absolutePathSchema } from '../../lib/config/setting-schemas.js';
import type { Setting } from '../../lib/config/settings.js';

export const stateDirectory: Setting<string | undefined> = {
  variable: 'PBOTVM_STATE',
  defaultText: 'by user',
  description:
    "Where the codes of PBot's users are kept; by default run/DOMAIN/state below PBOTVM_HOME",
  derived: {
    from: 'PBOTVM_HOME',
    text: (environment) =>
      join(
        runDirectory({
          homeDirectory: homeDirectoryOf(environment),
          poolName: environment['PBOTVM_DOMAIN'] || 'pbot-vm',
        }),
        'state',
      ),
  },
  schema: absolutePathSchema(),
};
