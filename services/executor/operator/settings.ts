// The setting of a drain.

import { secondsSchema } from '../../lib/config/setting-schemas.js';
import type { Setting } from '../../lib/config/settings.js';

/** 0 by default: without a load balancer it would only delay each stop. */
export const drainNoticeMs: Setting<number> = {
  variable: 'PBOTVM_DRAIN',
  defaultText: '0',
  description:
    'How long load balancers take to see that /readyz and the health of gRPC say no, before a drain or a stop refuses requests (in seconds)',
  schema: secondsSchema({ fallback: '0', min: 0, max: 30 }),
};
