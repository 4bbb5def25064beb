// `pbot-vm logs` and `pbot-vm console`: what the services and a machine have written.

import { existsSync } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { execa } from 'execa';
import pretty from 'pino-pretty';
import type { Host } from '../../deploy/host/host.js';
import { isOurs, type Machine, machinesOf } from '../../deploy/host/machine.js';
import { machineFiles } from '../../deploy/host/machine-files.js';
import { logPath } from '../../deploy/host/services.js';
import { UserError } from '../lib/process/user-error.js';
import { printable } from './printable.js';

export interface ShownLines {
  /** How many of the last lines. */
  readonly lines: number;
  /** Goes on with what is written from now on. */
  readonly follow: boolean;
}

/**
 * Prints the log of services in the background, as text or as the JSON lines that it holds.
 *
 * @throws UserError where there is none
 */
export async function showLog(host: Host, how: ShownLines & { json: boolean }): Promise<void> {
  const path = logPath(host);
  if (!existsSync(path)) {
    throw new UserError(
      `There is no ${path}: services in the background write it (\`pbot-vm up --detach\`), others write to standard error.`,
    );
  }
  const asText = pretty({ destination: 1, ignore: 'pid,hostname', colorize: process.stdout.isTTY });
  await showEnd(path, how, how.json ? process.stdout : asText);
}

/**
 * Prints the console of a machine of ours, or opens that of a machine that was made by hand.
 *
 * @param name as status shows it; absent: the only machine
 * @throws UserError
 */
export async function showConsole(
  host: Host,
  name: string | undefined,
  how: ShownLines,
): Promise<void> {
  const machine = machineNamed(host, name);
  if (!(await isOurs(machine))) {
    const args = ['--connect', host.uri, 'console', machine.domain];
    const { failed } = await execa('virsh', args, { stdio: 'inherit', reject: false });
    if (failed) throw new UserError(`The console of ${machine.domain} can't be opened.`);
    return;
  }
  const path = machineFiles(host, machine.domain).consoleLogPath;
  if (!existsSync(path)) throw new UserError(`${machine.name} has not written ${path} yet.`);
  await showEnd(path, how, process.stdout, printableLines());
}

function machineNamed(host: Host, name: string | undefined): Machine {
  const machines = machinesOf(host);
  const names = machines.map((machine) => machine.name).join(', ');
  const [only, ...others] = machines;
  if (name === undefined) {
    if (only !== undefined && others.length === 0) return only;
    throw new UserError(`Say which machine: ${names}.`);
  }
  const found = machines.find((machine) => machine.name === name || machine.domain === name);
  if (found === undefined) throw new UserError(`There is no machine ${name}: ${names}.`);
  return found;
}

/** A reader that goes away, such as `head`, ends it. */
async function showEnd(
  path: string,
  { lines, follow }: ShownLines,
  destination: NodeJS.WritableStream,
  ...transforms: Transform[]
): Promise<void> {
  const args = ['-n', String(lines), ...(follow ? ['-F'] : []), '--', path];
  const tail = execa('tail', args, { buffer: false, stderr: 'ignore', reject: false });
  try {
    await pipeline([tail.stdout, ...transforms, destination], { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  } finally {
    tail.kill();
  }
}

/** The guest wrote the text: no character of it may act on the operator's terminal. */
function printableLines(): Transform {
  const decoder = new StringDecoder('utf8');
  const shown = (text: string) =>
    text
      .replaceAll('\r', '')
      .split(/([\n\t])/)
      .map((part) => (part === '\n' || part === '\t' ? part : printable(part)))
      .join('');
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => done(null, shown(decoder.write(chunk))),
    flush: (done) => done(null, shown(decoder.end())),
  });
}
