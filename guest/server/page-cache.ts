// What the kernel of the guest keeps of the disk. It is part of each snapshot and of each revert, so nothing is kept that no program needs.

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';

/** Forgets what was read of the disk at boot, which programs have no use for. */
export function dropPageCache(): void {
  writeFileSync('/proc/sys/vm/drop_caches', '3');
}

/** Of what is loaded with 128, the kernel's own, a third is never looked at. With 4 a first start takes twice as long. */
const littleKiB = '16';

const usualKiB = '128';

/**
 * Has the kernel read little of a file beyond what is asked for, until the function that is returned is called. The warm-up before a
 * snapshot loads compilers: 193 MiB of them in place of 229.
 *
 * @param setting `queue/read_ahead_kb` of the disk, see Documentation/ABI/stable/sysfs-block of Linux. Where a disk has none, it
 *   stays as it is
 */
export function readLittleAhead(setting = settingOf('/')): () => void {
  if (!existsSync(setting)) return () => undefined;
  const found = readFileSync(setting, 'utf8').trim();
  // A server that has ended may have left it like that.
  const usual = found === littleKiB ? usualKiB : found;
  writeFileSync(setting, littleKiB);
  return () => writeFileSync(setting, usual);
}

/** The setting of the disk that holds a path; a partition has that of its disk. */
function settingOf(path: string): string {
  const { dev } = statSync(path);
  // As in gnu_dev_major(3) and gnu_dev_minor(3), for numbers of 32 bits.
  const [major, minor] = [(dev >>> 8) & 0xfff, (dev & 0xff) | ((dev >>> 12) & 0xfff00)];
  const device = `/sys/dev/block/${major}:${minor}`;
  const disk = existsSync(`${device}/partition`) ? `${device}/..` : device;
  return `${disk}/queue/read_ahead_kb`;
}
