// Gets ready what inspections work with: finds gdb, and compiles the library that inspected programs load.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { InspectionTools } from './inspection.js';

const debuggerPath = '/usr/bin/gdb';
const debuggerScripts = '/usr/share/gdb/python';

const run = promisify(execFile);

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
  const tools = {
    scripts: directory,
    headers: join(directory, 'include'),
    debugger: debuggerPath,
  };
  const [library] = await Promise.all([
    compileLibrary(directory).catch(note),
    compileScripts([directory, debuggerScripts]).catch(note),
  ]);
  return { ...tools, ...(library === undefined ? {} : { library }) };
}

async function compileLibrary(directory: string): Promise<string> {
  const library = join(directory, 'program.so');
  if (existsSync(library)) return library;
  const temporary = `${library}.new`;
  const words = ['-O1', '-shared', '-fPIC', '-o', temporary, join(directory, 'program.c')];
  await run('gcc', words);
  await rename(temporary, library);
  return library;
}

/** Debian leaves gdb's own scripts as they are. Programs can't write there, so that each gdb would compile them again. */
async function compileScripts(directories: readonly string[]): Promise<void> {
  await run('/usr/bin/python3', ['-m', 'compileall', '-q', ...directories]);
}

function note(error: unknown): undefined {
  process.stderr.write(`guest-server: inspections are not as they should be: ${String(error)}\n`);
}
