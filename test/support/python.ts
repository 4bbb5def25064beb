// The interpreter of Python itself.

import { execFileSync } from 'node:child_process';

let path: string | undefined;

/** Path of Python 3. Where `python3` is a script that looks for a version, only the first call waits for it. */
export function python3(): string {
  path ??= execFileSync('python3', ['-c', 'import sys; print(sys.executable)']).toString().trim();
  return path;
}
