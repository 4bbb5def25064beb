// Gets ready what inspections work with: finds gdb, and compiles the library that inspected programs load.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { InspectionTools } from './inspection.js';

const debuggerPath = '/usr/bin/gdb';

/**
 * The library is compiled here and not where the server is built: a guest may have another C library.
 *
 * @param directory of inspector.py and the other files, which programs can read
 * @returns nothing where there is no debugger
 */
export async function prepareInspectionTools(
  directory: string,
): Promise<InspectionTools | undefined> {
  if (!existsSync(debuggerPath)) return undefined;
  const library = join(directory, 'program.so');
  const tools = {
    script: join(directory, 'inspector.py'),
    headers: join(directory, 'include'),
    debugger: debuggerPath,
  };
  if (existsSync(library)) return { ...tools, library };
  const temporary = `${library}.new`;
  const words = ['-O1', '-shared', '-fPIC', '-o', temporary, join(directory, 'program.c')];
  try {
    await promisify(execFile)('gcc', words);
    await rename(temporary, library);
    return { ...tools, library };
  } catch (error) {
    process.stderr.write(
      `guest-server: programs are inspected without a library: ${String(error)}\n`,
    );
    return tools;
  }
}
