// Reads how much of the host's memory a process has.

import { readFileSync } from 'node:fs';

/** Resident memory of a process, in MiB. Throws where there is no such process. */
export function residentMiB(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}
