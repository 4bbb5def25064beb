// The setting of how many connections a listener takes.

import { wholeNumberSchema } from '../../config/setting-schemas.js';
import type { Setting } from '../../config/settings.js';

export const maxConnections: Setting<number> = {
  variable: 'PBOTVM_CONNECTIONS',
  defaultText: '1000',
  description:
    'Connections that a service holds at the same time; half of them at most for one address',
  schema: wholeNumberSchema({ fallback: '1000', min: 16, max: 100_000 }),
};
