// The two revisions of PBot that differ in what their users type and see.

import { wordSchema } from '../lib/config/setting-schemas.js';
import type { Setting } from '../lib/config/settings.js';

/** That of February 2022, or the newest. */
export type Revision = '2022' | 'head';

const revision: Setting<Revision> = {
  variable: 'PBOTVM_PBOT',
  defaultText: '2022',
  description: "Revision of PBot whose texts and default language PBot's users get: 2022 or head",
  schema: wordSchema(['2022', 'head'], '2022'),
};

export const pbotSettings = { revision };
