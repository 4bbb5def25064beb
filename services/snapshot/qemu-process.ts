// Finds the process of a domain's QEMU, and whether a signal has stopped it.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The process id of a domain's QEMU, from the file that libvirt writes. `undefined` where there is none or this user can't
 * read it.
 */
export async function findQemu(
  domain: string,
  pidDirectories: readonly string[],
): Promise<number | undefined> {
  for (const directory of pidDirectories) {
    const pid = Number(await readText(join(directory, `${domain}.pid`)));
    // A file can outlive its process, and the number be used again.
    if (pid > 0 && isQemuOf(domain, await readText(`/proc/${pid}/cmdline`))) return pid;
  }
  return undefined;
}

/** A process that was sent SIGSTOP does not answer, and callers get no error. See proc(5), `stat`. */
export async function isStoppedProcess(pid: number): Promise<boolean> {
  const stat = await readText(`/proc/${pid}/stat`);
  // The name of the program stands in parentheses, and may hold some itself.
  return /^[Tt]/.test(stat.slice(stat.lastIndexOf(') ') + 2));
}

/** libvirt names each QEMU by `-name guest=DOMAIN,debug-threads=on`; the arguments of a command line end with NUL. */
function isQemuOf(domain: string, commandLine: string): boolean {
  return commandLine.split('\0').some((word) => word.split(',')[0] === `guest=${domain}`);
}

async function readText(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '');
}
