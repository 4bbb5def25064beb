// `pbot-vm up`: asks what must be asked, sets everything up, says hello, and serves.

import { confirm } from '@inquirer/prompts';
import type { Host } from '../../deploy/host/host.js';
import { linkPrograms } from '../../deploy/host/links.js';
import type { RunningServices } from '../../deploy/host/services.js';
import { belongsToSystemd } from '../../deploy/host/systemd/set.js';
import { requireSystemd } from '../../deploy/host/systemd/systemd.js';
import { type BringUpOptions, bringUp } from '../../deploy/host/up/bring-up.js';
import {
  growInBackground,
  growthLogPath,
  languagesToCome,
  stopGrowth,
} from '../../deploy/host/up/growth.js';
import type { AskedFor } from '../../deploy/host/up/made-with.js';
import type { MissingPrerequisites } from '../../deploy/host/up/prerequisites.js';
import { UserError } from '../lib/process/user-error.js';
import { sayHelloWorld } from './hello-world.js';

/** The options of the command line. */
export interface UpFlags {
  readonly yes: boolean;
  readonly detach: boolean;
  readonly systemd: boolean;
  readonly link: boolean;
  readonly suite?: string;
  readonly languages?: string;
  readonly memory?: number;
  readonly cpus?: number;
  readonly serial?: boolean;
  readonly tcpChannels?: boolean;
  readonly accelerator?: 'auto' | 'kvm' | 'tcg';
  /** Seconds. */
  readonly kvmProbeTimeout: number;
  readonly machines?: number;
  readonly shareMemory: boolean;
}

/**
 * Leaves everything serving; without `--detach` it serves until a signal comes.
 *
 * @param options.readHost reads the host as it is now
 * @param options.programs directory of the bundled programs
 * @returns the exit code
 * @throws UserError
 */
export async function up(options: {
  readHost: () => Host;
  programs: string;
  flags: UpFlags;
}): Promise<number> {
  const { readHost, programs, flags } = options;
  const environment = process.env;
  const host = readHost();
  const systemd = flags.systemd || belongsToSystemd(host);
  if (systemd) requireSystemd(host);
  await stopGrowth(host);
  const bringUpOptions: BringUpOptions = {
    host,
    programs,
    environment,
    asked: { ...askedFor(flags), ...(systemd ? { tcpChannels: true } : {}) },
    kvmProbeTimeoutMs: flags.kvmProbeTimeout * 1000,
    machineCount: flags.machines,
    shareMemory: flags.shareMemory,
    detach: flags.detach,
    systemd,
    confirmInstall: (missing) => confirmInstall(missing, host, flags),
    confirmChanges: (changes) => confirmChanges(changes, flags),
  };
  const services = await bringUp(bringUpOptions);
  if (flags.link) {
    const searchPath = environment['PATH'] ?? '';
    for (const line of await linkPrograms(host, { programs, searchPath })) say(line);
  }
  const exitCode = await sayHelloWorld({ programs, environment });
  const made = readHost();
  const next = await languagesToCome(made);
  if (next !== undefined) say(growthText(next));
  if (services !== undefined) {
    say('\nServing. Ctrl-C stops the services; the machine stays for the next time.');
    const grow = (languages: string) => growHere({ ...bringUpOptions, host: made }, languages);
    await serve(services, next === undefined ? undefined : () => grow(next));
    return exitCode;
  }
  if (next !== undefined) {
    await growInBackground({ host: made, programs, environment, languages: next });
    say(`Its progress: ${growthLogPath(made)}`);
  }
  say('\nServing in the background. `pbot-vm status` shows how it is, `pbot-vm down` stops it.');
  return exitCode;
}

/** Serves until a signal comes. Services that `grow` starts take the place of those before. */
async function serve(
  services: RunningServices,
  grow?: () => Promise<RunningServices | undefined>,
): Promise<void> {
  let current = services;
  let isGrowing = grow !== undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const stopped = current.stop();
      // The tools that build an image end with this process.
      if (isGrowing) void stopped.then(() => process.exit());
    });
  }
  current = (await grow?.()) ?? current;
  isGrowing = false;
  await current.ended;
}

/** Makes the machines again with more languages. Where their image can't be built, the machines stay as they are. */
async function growHere(
  options: BringUpOptions,
  languages: string,
): Promise<RunningServices | undefined> {
  try {
    const asked = { ...options.asked, languages };
    return await bringUp({ ...options, asked, confirmChanges: () => Promise.resolve(true) });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`The languages of ${languages} were not added: ${error.message}\n`);
    return undefined;
  }
}

function growthText(languages: string): string {
  return `\nThe image with the languages of "${languages}" is built now. Then the machine is made again with them, which takes it away for a minute or two.`;
}

/** The options that are given. */
function askedFor(flags: UpFlags): AskedFor {
  const { suite, languages, memory, cpus, serial, tcpChannels, accelerator } = flags;
  return {
    ...(suite === undefined ? {} : { suite }),
    ...(languages === undefined ? {} : { languages }),
    ...(memory === undefined ? {} : { memoryMiB: memory }),
    ...(cpus === undefined ? {} : { vcpus: cpus }),
    ...(serial === undefined ? {} : { channels: serial ? 'isa-serial' : 'virtio-serial' }),
    ...(tcpChannels === undefined ? {} : { tcpChannels }),
    accelerator,
  };
}

/** Asks a person. Without a terminal the answer is no. */
async function confirmChanges(changes: readonly string[], flags: UpFlags): Promise<boolean> {
  if (flags.yes) return true;
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  say(`The machines are made again, with a new snapshot: ${changes.join('; ')}.`);
  return await confirm({ message: 'Make them again?' });
}

async function confirmInstall(
  missing: MissingPrerequisites,
  target: Host,
  flags: UpFlags,
): Promise<boolean> {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  if (flags.yes || (target.isRoot && !isTerminal)) return true;
  if (!isTerminal) return false;
  say(`Missing on this host: ${missing.tools.join(', ')}`);
  for (const command of missing.commands) say(`  ${command.join(' ')}`);
  return await confirm({ message: 'Run these commands?' });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
