// Whether the debugger of this host notices writes.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

const program = 'int main(void) { volatile int i = 0; i = 5; i = 6; return 0; }\n';

/** Some hypervisors let a guest set debug registers, and never stop it. gdb then sees no change of what it watches. */
export async function hasWatchpoints(): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-watchpoints-'));
  try {
    const path = join(directory, 'program');
    await writeFile(`${path}.c`, program);
    await execa('gcc', ['-g', '-O0', '-o', path, `${path}.c`]);
    const commands = ['break main', 'run', 'watch i', 'continue'].flatMap((each) => ['-ex', each]);
    const { stdout } = await execa('gdb', ['-q', '-batch', ...commands, path]);
    return stdout.includes('New value = 5');
  } finally {
    await rm(directory, { recursive: true });
  }
}
