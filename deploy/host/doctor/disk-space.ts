// Check of `pbot-vm doctor`: room on the disks.

import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Host } from '../host.js';
import { type Check, type Finding, failed, ok, warning } from './check.js';

/** Whether machines and images have room. */
export function diskSpaceCheck(host: Host): Check {
  return {
    title: 'disk space',
    run: async () =>
      judgeDiskSpace([
        await measure('PBOTVM_HOME', host.homeDirectory),
        await measure('PBOTVM_CACHE', host.cacheDirectory),
      ]),
  };
}

/** Room for a directory, whether it exists yet or not. */
export interface Room {
  readonly variable: string;
  readonly directory: string;
  /** What an unprivileged user may still write. */
  readonly freeBytes: number;
}

/** Judges the directory with the least room. */
export function judgeDiskSpace(rooms: readonly Room[]): Finding {
  const detail = rooms
    .map(({ directory, freeBytes }) => `${gibibytes(freeBytes)} free for ${directory}`)
    .join(', ');
  const tightest = rooms.reduce((left, right) => (right.freeBytes < left.freeBytes ? right : left));
  const fix = `Make room, or set ${tightest.variable} to a directory on a larger disk; an image takes about 4 GiB, and a machine with its snapshot another.`;
  if (tightest.freeBytes < 2 * gibibyte) return failed(detail, fix);
  if (tightest.freeBytes < 6 * gibibyte) return warning(detail, fix);
  return ok(detail);
}

const gibibyte = 1024 ** 3;

/** Rounded down, so that nothing looks larger than the limit that it is below. */
function gibibytes(bytes: number): string {
  return `${(Math.floor((bytes / gibibyte) * 10) / 10).toFixed(1)} GiB`;
}

async function measure(variable: string, directory: string): Promise<Room> {
  const { bavail, bsize } = await statfs(await nearestExisting(directory));
  return { variable, directory, freeBytes: bavail * bsize };
}

async function nearestExisting(directory: string): Promise<string> {
  const exists = await stat(directory).then(
    () => true,
    () => false,
  );
  return exists || directory === '/' ? directory : nearestExisting(dirname(directory));
}
