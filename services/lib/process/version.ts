// The version of all programs of the host: that of the package.

import manifest from '../../../package.json' with { type: 'json' };

export const { version } = manifest;

/** What `--version` prints. */
export function versionText(name: string): string {
  return `${name} ${version}`;
}
