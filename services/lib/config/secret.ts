// The secret that this host and a machine share, as a file holds it.

import { readFileSync, statSync } from 'node:fs';
import { UserError } from '../process/user-error.js';

/**
 * What the guest of a machine must know; `undefined` where nothing was set up so.
 *
 * @throws UserError
 */
export function secretOf({
  name,
  secretPath,
}: {
  readonly name: string;
  readonly secretPath?: string | undefined;
}): Uint8Array | undefined {
  if (secretPath === undefined) return undefined;
  try {
    return readSecretFile(secretPath);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`The secret of the machine ${name}: ${error.message}.`, { cause: error });
  }
}

/**
 * Reads a secret: 32 to 256 visible characters, in a file that its owner alone may read.
 *
 * @throws UserError
 */
export function readSecretFile(path: string): Uint8Array {
  let text: string;
  let mode: number;
  try {
    text = readFileSync(path, 'utf8').trim();
    mode = statSync(path).mode;
  } catch (error) {
    throw new UserError(`${path} can't be read`, { cause: error });
  }
  if ((mode & 0o077) !== 0 && !isCredential(path))
    throw new UserError(`${path} may be read by other users: chmod 600`);
  if (!/^[\x21-\x7e]{32,256}$/.test(text)) {
    throw new UserError(`${path} does not hold 32 to 256 visible characters in one line`);
  }
  return Buffer.from(text);
}

/** systemd lets the service alone read its credentials, maybe by an access list, which looks like the right of a group. */
function isCredential(path: string): boolean {
  return path.startsWith('/run/credentials/');
}
