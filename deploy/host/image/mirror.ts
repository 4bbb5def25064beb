// Which Debian archive the guest is installed from.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { findTool } from '../tools.js';

export const defaultMirror = 'http://deb.debian.org/debian';
const securityMirror = 'http://deb.debian.org/debian-security';

/** Lines of sources.list for a suite: the suite itself, its updates, its security fixes. */
export function sourceLines(suite: string, mirror: string): string[] {
  const main = `deb ${mirror} ${suite} main`;
  // The rolling suites have neither an updates nor a security suite.
  if (rollingSuites.has(suite)) return [main];
  return [
    main,
    `deb ${mirror} ${suite}-updates main`,
    `deb ${securityMirror} ${suite}-security main`,
  ];
}

/** The mirror that this host installs from when the host is Debian, the public one otherwise. */
export function hostMirror(root = '/'): string {
  if (!/^ID=debian$/m.test(readText(join(root, 'etc/os-release')))) return defaultMirror;
  const directory = join(root, 'etc/apt');
  const files = [
    join(directory, 'sources.list'),
    ...listDirectory(join(directory, 'sources.list.d'))
      .sort()
      .map((name) => join(directory, 'sources.list.d', name)),
  ];
  for (const file of files) {
    const mirror = file.endsWith('.sources')
      ? mirrorOfDeb822(readText(file))
      : mirrorOfSourcesList(readText(file));
    if (mirror !== undefined) return mirror;
  }
  return defaultMirror;
}

/**
 * Whether apt of this host checks that the archive's lists are still valid (apt.conf(5), `Acquire::Check-Valid-Until`): a word of its
 * own, as its files have it, and undefined where they say nothing. Mirrors that are kept as they were on some day need "false".
 */
export async function hostChecksValidity(): Promise<string | undefined> {
  const aptConfig = findTool('apt-config');
  if (aptConfig === undefined) return undefined;
  const args = ['--no-empty', '--format', '%v', 'dump', 'Acquire::Check-Valid-Until'];
  const { stdout } = await execa(aptConfig, args, { reject: false });
  return /^[a-z0-9]+$/i.exec(stdout)?.[0];
}

/** First Debian archive of a one-line-style file (`deb [options] URI suite components`). */
export function mirrorOfSourcesList(text: string): string | undefined {
  return text
    .split('\n')
    .map((line) => /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s/.exec(line)?.[1])
    .find((uri) => uri !== undefined && isDebianArchive(uri));
}

/** First Debian archive of a deb822-style file (`URIs:` fields). */
export function mirrorOfDeb822(text: string): string | undefined {
  return text
    .split('\n')
    .flatMap((line) => /^URIs:\s*(.*)$/i.exec(line)?.[1]?.split(/\s+/) ?? [])
    .find(isDebianArchive);
}

const rollingSuites = new Set(['sid', 'unstable', 'experimental']);

/** Archives of others, and Debian's own security archive, do not end in /debian. */
function isDebianArchive(uri: string): boolean {
  return /^https?:\/\/\S+\/debian\/?$/.test(uri);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function listDirectory(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
