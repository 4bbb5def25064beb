// Check of `pbot-vm doctor`: the group libvirt of this user.

import { runCommand } from '../command.js';
import { type Family, joinGroupAdvice } from '../distribution.js';
import { type Check, type Finding, failed, ok } from './check.js';
import type { LibvirtFacts } from './libvirt.js';
import { commandLimitMs } from './limits.js';

/** Whether this user may speak to the libvirt of the system. */
export function groupCheck(options: {
  uid: number;
  uri: string;
  environment: NodeJS.ProcessEnv;
  libvirt: () => Promise<LibvirtFacts>;
  family: () => Promise<Family | undefined>;
}): Check {
  const { uid, uri, environment } = options;
  return {
    title: 'group libvirt',
    run: async () => {
      const name = await idOutput(['-un'], environment);
      return judgeGroup({
        isRoot: uid === 0,
        uri,
        sessionGroups: listed(await idOutput(['-Gn'], environment)),
        databaseGroups: listed(await idOutput(['-Gn', name.trim()], environment)),
        isLibvirtReached: (await options.libvirt()).kind === 'reached',
        family: await options.family(),
      });
    },
  };
}

/** Groups of this user: those of the running session, and those that the next one will have. */
export interface GroupFacts {
  readonly isRoot: boolean;
  readonly uri: string;
  readonly sessionGroups: readonly string[];
  readonly databaseGroups: readonly string[];
  readonly isLibvirtReached: boolean;
  readonly family: Family | undefined;
}

/** Judges whether the group libvirt is needed and there. */
export function judgeGroup(facts: GroupFacts): Finding {
  if (facts.isRoot) return ok('root needs no group');
  if (!facts.uri.endsWith('/system')) return ok(`${facts.uri} needs no group`);
  if (facts.sessionGroups.includes('libvirt')) return ok('this user is in it');
  if (facts.isLibvirtReached) return ok('this user is not in it, but libvirt lets it in');
  if (facts.databaseGroups.includes('libvirt')) {
    return failed(
      'this user was added to it after this login',
      'Log out and in again for the new group to take effect.',
    );
  }
  return failed(
    `${facts.uri} is open to the group libvirt, and this user is not in it`,
    joinGroupAdvice(facts.family, 'libvirt'),
  );
}

/** A user without a name has groups too: an `id` that fails counts as no output. */
async function idOutput(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const result = await runCommand(['id', ...args], {
    environment,
    timeoutMs: commandLimitMs,
  });
  return result.kind === 'ended' ? result.stdout : '';
}

function listed(text: string): string[] {
  return text.split(/\s+/).filter((name) => name !== '');
}
