// The version of the guest server, which is that of the package.

import manifest from '../../../package.json' with { type: 'json' };

export const serverVersion = manifest.version;
