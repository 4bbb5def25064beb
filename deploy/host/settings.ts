// The settings that say where this host keeps machines and images.

import { absolutePathSchema } from '../../services/lib/config/setting-schemas.js';
import type { Setting } from '../../services/lib/config/settings.js';

const home: Setting<string | undefined> = {
  variable: 'PBOTVM_HOME',
  defaultText: 'by user',
  description:
    'Where machines are kept; by default /var/lib/pbot-vm for root, else ~/.local/share/pbot-vm',
  schema: absolutePathSchema(),
};

const cache: Setting<string | undefined> = {
  variable: 'PBOTVM_CACHE',
  defaultText: 'by user',
  description:
    'Where images are kept; by default /var/cache/pbot-vm for root, else ~/.cache/pbot-vm',
  schema: absolutePathSchema(),
};

const ownLanguages: Setting<string> = {
  variable: 'PBOTVM_LANGUAGES',
  defaultText: '/etc/pbot-vm/languages',
  description: 'Directory with languages of your own for pbot-vm up, a JSON file each',
  schema: absolutePathSchema().transform((path) => path ?? '/etc/pbot-vm/languages'),
};

export const directorySettings = { home, cache, ownLanguages };
