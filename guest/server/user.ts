import { readFileSync } from 'node:fs';
import type { Credentials } from './lane.js';

/**
 * Looks a user up.
 *
 * @throws Error where there is no such user
 */
export function findUser(name: string): Credentials {
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find((fields) => fields[0] === name);
  if (entry === undefined) throw new Error(`this system has no user "${name}": run setup-guest`);
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}
