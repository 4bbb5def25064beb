// The settings of a listener's connections: how many there may be, and how old.

import { secondsSchema, wholeNumberSchema } from '../../config/setting-schemas.js';
import type { Setting } from '../../config/settings.js';

export const maxConnections: Setting<number> = {
  variable: 'PBOTVM_CONNECTIONS',
  defaultText: '1000',
  description:
    'Connections that a service holds at the same time; half of them at most for one address',
  schema: wholeNumberSchema({ fallback: '1000', min: 16, max: 100_000 }),
};

export const maxConnectionAgeMs: Setting<number> = {
  variable: 'PBOTVM_CONNECTION_AGE',
  defaultText: '0',
  description:
    'Age at which clients of gRPC are asked to connect again, a tenth more or less (in seconds); 0: never',
  schema: secondsSchema({ fallback: '0', min: 0, max: 86_400 }),
};
