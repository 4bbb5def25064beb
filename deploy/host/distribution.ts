// Which Linux distribution this host is, and the commands that install packages there.

import { readFile } from 'node:fs/promises';

/** Distributions whose packages are known by name. */
export type Family = 'debian' | 'fedora' | 'suse';

/** The distribution of this host; `undefined` where it is another one. */
export async function readFamily(): Promise<Family | undefined> {
  return familyOf(await readFile('/etc/os-release', 'utf8').catch(() => ''));
}

/** Reads /etc/os-release. */
export function familyOf(osRelease: string): Family | undefined {
  const ids = [...osRelease.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)].map(([, id]) => id).join(' ');
  if (/\b(debian|ubuntu)\b/.test(ids)) return 'debian';
  if (/\b(fedora|rhel|centos)\b/.test(ids)) return 'fedora';
  return /suse/.test(ids) ? 'suse' : undefined;
}

/** The command that installs packages, given their names in each family; one for each where the host is unknown. */
export function installCommand(
  family: Family | undefined,
  packages: Readonly<Record<Family, readonly string[]>>,
): string {
  const command = (each: Family) =>
    `"sudo ${installers[each]} ${[...new Set(packages[each])].join(' ')}"`;
  if (family !== undefined) return command(family);
  return `${command('debian')} (Debian, Ubuntu), ${command('fedora')} (Fedora) or ${command('suse')} (openSUSE)`;
}

/** The command that puts the user into a group. */
export function joinGroupAdvice(family: Family | undefined, group: string): string {
  // In Fedora and openSUSE adduser is missing, or only makes users.
  const command =
    family === 'fedora' || family === 'suse'
      ? `sudo usermod -aG ${group} $USER`
      : `sudo adduser $USER ${group}`;
  return `Run "${command}", then log out and in again.`;
}

const installers: Record<Family, string> = {
  debian: 'apt install',
  fedora: 'dnf install',
  suse: 'zypper install',
};
