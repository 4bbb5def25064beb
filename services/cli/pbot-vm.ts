// pbot-vm: sets the machines up on this host, shows how they are, and removes them. Prints what a cluster needs.

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { confirm } from '@inquirer/prompts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { runDoctor } from '../../deploy/host/doctor/doctor.js';
import { type Host, readHost } from '../../deploy/host/host.js';
import { kvmProbeTimeoutMs } from '../../deploy/host/kvm-probe.js';
import { bringDown, otherMachines, purge } from '../../deploy/host/purge.js';
import { growthNote } from '../../deploy/host/up/growth.js';
import { makeToken, tokenName } from '../lib/access/tokens.js';
import { UserError } from '../lib/process/user-error.js';
import { versionText } from '../lib/process/version.js';
import { clusterCommand } from './cluster/command.js';
import { drain, resume } from './drain.js';
import { environmentHelp } from './environment-help.js';
import { type ShownLines, showConsole, showLog } from './logs.js';
import { connectServices, revertMachines } from './operator.js';
import { runProgram } from './program.js';
import { allSettings } from './settings.js';
import { printStatus, watchStatus } from './status.js';
import { type UpFlags, up } from './up.js';

interface PurgeFlags {
  readonly yes: boolean;
  readonly keepImages: boolean;
}

const programs = dirname(fileURLToPath(import.meta.url));
const uid = process.getuid?.() ?? 0;

const asItIs = 'as it is, at first';

const program = new Command('pbot-vm')
  .description('Runs untrusted commands and code in a virtual machine on this host.')
  .version(versionText('pbot-vm'))
  .addHelpText('after', environmentHelp(allSettings));

program
  .command('up')
  .description('set everything up (packages, image, machine, snapshot, services) and serve')
  .option(
    '-y, --yes',
    'install missing packages, and make changed machines again, without asking',
    false,
  )
  .option('-d, --detach', 'leave the services running in the background', false)
  .option('--systemd', 'have systemd run the services, also after a boot of the host', false)
  .option('--no-link', 'do not link the programs into the directory for programs')
  .option(
    '--suite <names>',
    `Debian release of the guest; for several machines one of each, by comma (default: ${asItIs} trixie)`,
  )
  .option(
    '--languages <names>',
    `languages of the guest: minimal, standard, full, or names by comma (default: ${asItIs} minimal, and standard when that is built)`,
  )
  .option(
    '--machines <count>',
    'machines to serve with (default: as many as there are)',
    wholeNumber(1, 64),
  )
  .option(
    '--memory <MiB>',
    `memory of each machine (default: ${asItIs} 1024, or more where the languages need it)`,
    wholeNumber(256, 1_048_576),
  )
  .option('--cpus <count>', `processors of each machine (default: ${asItIs} 1)`, wholeNumber(1, 64))
  .option(
    '--share-memory',
    'have the kernel keep equal memory of machines once (KSM), until the host boots again',
    false,
  )
  .option('--serial', 'use serial ports (ttyS1, ttyS2) in place of the faster virtio ports')
  .option('--no-serial', 'use virtio ports again')
  .option('--tcp-channels', 'have the channels at TCP ports (5555, 5556)')
  .option('--no-tcp-channels', 'have the channels at Unix sockets again')
  .addOption(
    new Option(
      '--accelerator <name>',
      `KVM, emulation, or what a boot probe finds (default: ${asItIs} auto)`,
    ).choices(['auto', 'kvm', 'tcg']),
  )
  .option(
    '--kvm-probe-timeout <seconds>',
    'how long the boot probe of KVM may take; nested virtualization is slow',
    wholeNumber(1, 600),
    kvmProbeTimeoutMs / 1000,
  )
  .action(async (flags: UpFlags) => {
    process.exitCode = await up({ readHost: host, programs, flags });
  });

program
  .command('down')
  .description('stop the services and the machines; all is kept')
  .action(async () => {
    for (const line of await bringDown(host())) say(line);
  });

program
  .command('purge')
  .description('stop everything and remove the machines, the images and the links')
  .option('-y, --yes', 'do not ask', false)
  .option('--keep-images', 'leave the images for the next time', false)
  .action(async (flags: PurgeFlags) => purgeAsked(host(), flags));

program
  .command('status')
  .description('show the machines and how they are')
  .option('-w, --watch', 'go on and show each change, until Ctrl-C', false)
  .action(async (flags: { watch: boolean }) => {
    if (flags.watch) await watchStatus(host(), process.env, untilStopped());
    else {
      // It says why services may be away.
      const note = await growthNote(host());
      if (note !== undefined) say(note);
      process.exitCode = await printStatus(host(), process.env);
    }
  });

program
  .command('revert')
  .description('put machines back to their snapshots: those named, else all')
  .argument('[machine...]', 'names, as status shows them')
  .action(async (names: string[]) => {
    const services = await connectServices(host(), process.env);
    try {
      await revertMachines(services, names, (name) => say(`${name} is back at its snapshot`));
    } finally {
      services.close();
    }
  });

program
  .command('drain')
  .description('have the Executor of this host take no new work; load balancers learn of it first')
  .option('-w, --wait', 'wait until nothing runs or waits any more', false)
  .action(async (flags: { wait: boolean }) => say(await drain(host(), { waits: flags.wait })));

program
  .command('resume')
  .description('have the Executor of this host take work again')
  .action(async () => say(await resume(host())));

program
  .command('logs')
  .description('show the log of the services that run in the background')
  .addOption(linesOption())
  .addOption(followOption())
  .option('--json', 'the JSON lines as they are', false)
  .action(async (flags: ShownLines & { json: boolean }) => showLog(host(), flags));

program
  .command('console')
  .description('show what a machine has written to its console; open that of one made by hand')
  .argument('[machine]', 'name, as status shows it (default: the only one)')
  .addOption(linesOption())
  .addOption(followOption())
  .action(async (name: string | undefined, flags: ShownLines) => showConsole(host(), name, flags));

program
  .command('token')
  .description('make a token for a client of services beyond loopback: on stdout, once')
  .argument('<name>', 'of the client, for the log', clientName)
  .action((name: string) => {
    const { token, entry } = makeToken(name);
    say(token);
    process.stderr.write(
      `Put this into the array of the file that PBOTVM_TOKENS names:\n${entry}\n`,
    );
  });

program.addCommand(
  clusterCommand({
    port: wholeNumber(1, 65_535),
    seconds: wholeNumber(1, 3600),
    write: (text) => process.stdout.write(text),
  }),
);

program
  .command('doctor')
  .description('check what the host and the machine need; the exit code is 1 where something fails')
  .option('--json', 'for programs', false)
  .action(async (flags: { json: boolean }) => {
    process.exitCode = await runDoctor({
      host: host(),
      environment: process.env,
      write: (text) => process.stdout.write(text),
      json: flags.json,
      uid,
    });
  });

void runProgram('pbot-vm', async () => {
  await program.parseAsync();
});

/** Aborted by Ctrl-C and by SIGTERM. */
function untilStopped(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

function host(): Host {
  return readHost(process.env, uid);
}

async function purgeAsked(target: Host, flags: PurgeFlags): Promise<void> {
  const others = await otherMachines(target);
  const rest = others.length > 0 ? '' : `, ${target.homeDirectory} and what belongs to it`;
  const message = `Remove ${target.machines.map(({ domain }) => domain).join(', ')}${rest}?`;
  if (!flags.yes) {
    if (!process.stdin.isTTY)
      throw new UserError(`${message} Say --yes to do so without a terminal.`);
    if (!(await confirm({ message, default: false }))) return;
  }
  for (const line of await purge(target, flags)) say(line);
}

function linesOption(): Option {
  return new Option('-n, --lines <count>', 'how many of the last lines')
    .argParser(wholeNumber(1, 1_000_000))
    .default(100);
}

function followOption(): Option {
  return new Option('-f, --follow', 'go on as more is written, until Ctrl-C').default(false);
}

function clientName(text: string): string {
  const result = tokenName.safeParse(text);
  if (result.success) return result.data;
  throw new InvalidArgumentError(`It ${result.error.issues[0]?.message}.`);
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
