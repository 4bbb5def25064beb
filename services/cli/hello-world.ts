// The first program that `pbot-vm up` runs: the example of the specification.

import { join } from 'node:path';
import { execa } from 'execa';

/** Runs `vm-exec -lang=sh echo hello world` and shows what it prints. @returns its exit code */
export async function sayHelloWorld(options: {
  programs: string;
  environment: NodeJS.ProcessEnv;
}): Promise<number> {
  process.stdout.write('\n$ vm-exec -lang=sh echo hello world\n');
  const argv = [join(options.programs, 'vm-exec.js'), '-lang=sh', 'echo', 'hello', 'world'];
  const { exitCode } = await execa(process.execPath, argv, {
    env: options.environment,
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'inherit',
    reject: false,
  });
  return exitCode ?? 1;
}
