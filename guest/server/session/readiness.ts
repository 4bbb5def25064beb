// Reports that the server serves: a line for the log, and a word to the service manager.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { InstalledLanguage } from './catalogue-discovery.js';
import { serverVersion } from './version.js';

/** What a server offers, and where. */
export interface Offer {
  /** Device or `listen:PORT`. */
  readonly data: string;
  readonly heart: string;
  /** Executions at the same time. */
  readonly capacity: number;
  /** The most that each of them may have; 0 where nothing limits it. */
  readonly memoryBytes: number;
  readonly hasSecret: boolean;
  readonly languages: readonly InstalledLanguage[];
}

/**
 * Prints what the server offers, and reports to systemd that it is ready, where systemd waits for that.
 *
 * @throws Error where the report fails: systemd would end the server later, and nobody would know why
 */
export async function reportReady(
  offer: Offer,
  /** systemd gives it to a unit of which it waits for that. */
  notifySocket: string | undefined,
): Promise<void> {
  const line = describeOffer(offer);
  process.stdout.write(`guest-server: ${line}\n`);
  if (notifySocket === undefined) return;
  // Node.js has no datagrams of Unix sockets. The command speaks for its parent, which is the unit's main process.
  await promisify(execFile)('systemd-notify', ['--ready', `--status=${line}`]);
}

/** One line. */
export function describeOffer(offer: Offer): string {
  const { data, heart, capacity, memoryBytes, hasSecret, languages } = offer;
  const programs = capacity === 1 ? '1 program at a time' : `${capacity} programs at a time`;
  const memory = memoryBytes === 0 ? '' : `, ${Math.floor(memoryBytes / 1024 / 1024)} MiB each`;
  const names = languages.map(({ language }) => language.name);
  return [
    `version ${serverVersion} serves on ${data}, heartbeat on ${heart}`,
    `${programs}${memory}`,
    hasSecret ? 'hosts must know the secret' : 'no secret',
    `languages: ${names.length === 0 ? 'none' : names.join(' ')}`,
  ].join('; ');
}
