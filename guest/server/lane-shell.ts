import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes the shell that lanes are started with: a copy of the system's that only root may read. The kernel keeps the
 * memory and the descriptors of a process whose program its user can't read from that user's other processes (`would_dump`
 * in Linux's fs/exec.c): a program can neither trace an armed lane nor write into the output of the next one.
 */
export function makeLaneShell(directory: string): string {
  const path = join(directory, 'sh');
  copyFileSync('/bin/sh', path);
  chmodSync(path, 0o711);
  return path;
}
