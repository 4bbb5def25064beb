// The secret of the machine, which its host must know.

import { existsSync, readFileSync } from 'node:fs';

/** Reads the secret as it is now. */
export type ReadSecret = () => Uint8Array;

/** `setup-guest` copies one into a guest that was made by hand; `pbot-vm up` has QEMU hand one in. */
const secretPaths = [
  '/etc/pbot-vm/secret',
  '/sys/firmware/qemu_fw_cfg/by_name/opt/pbot-vm/secret/raw',
];

/**
 * Finds the secret; `undefined` where there is none. It is read for each proof: a clone begins with the memory of another
 * machine, and its own QEMU hands in its own secret.
 *
 * @throws Error where the file can't be read now, which must not mean that there is no secret
 */
export function findSecret(given: string | undefined): ReadSecret | undefined {
  const path = given ?? secretPaths.find((each) => existsSync(each));
  if (path === undefined || !existsSync(path)) return undefined;
  let last = readSecretFile(path);
  return () => {
    last = readAgain(path) ?? last;
    return last;
  };
}

/** A file that is empty or gone for a moment must neither end the server nor open the machine. */
function readAgain(path: string): Uint8Array | undefined {
  try {
    const secret = readSecretFile(path);
    return secret.length === 0 ? undefined : secret;
  } catch {
    return undefined;
  }
}

function readSecretFile(path: string): Uint8Array {
  return Buffer.from(readFileSync(path, 'utf8').trim());
}
