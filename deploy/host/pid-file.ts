// Files that hold the process id of a program of ours.

import { readFile } from 'node:fs/promises';

/** The process that the file names, where it lives and runs the program. */
export async function readPid(path: string, program: string): Promise<number | undefined> {
  const pid = Number(await readFile(path, 'utf8').catch(() => ''));
  return pid > 0 && (await isRunning(pid, program)) ? pid : undefined;
}

/** A process id is used again by others: only the command line identifies it. */
export async function isRunning(pid: number, program: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.includes(program);
}
