import { join } from 'node:path';
import { execa } from 'execa';
import { Listr } from 'listr2';
import { catalogue } from '../../guest/languages/catalogue.js';
import { DeployError } from './deploy-error.js';
import { type Host, hostsOf } from './host.js';
import { buildImage, type GuestImage } from './image/build-image.js';
import { probeIoUring } from './io-uring-probe.js';
import { shareKvmNode } from './kvm-node.js';
import { probeKvm } from './kvm-probe.js';
import { ensureLibvirt } from './libvirt/daemon.js';
import type { ChannelKind } from './libvirt/domain-xml.js';
import { virsh } from './libvirt/virsh.js';
import {
  createMachine,
  hasSnapshot,
  isForeign,
  isRunning,
  type MachineSettings,
  machineStatus,
  removeMachine,
} from './machine.js';
import { poolEnvironment, removeSurplus, resizePool, savePool } from './pool.js';
import { findMissing, installMissing, type MissingPrerequisites } from './prerequisites.js';
import {
  answers,
  type RunningServices,
  startServices,
  stopServices,
  waitUntilServing,
} from './services.js';
import { takeSnapshot, verifyRevert } from './snapshot.js';
import { warmMachine } from './warm.js';

export interface BringUpOptions {
  readonly host: Host;
  /** Directory of the bundled programs. */
  readonly programs: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Debian release of the guest. */
  readonly suite: string;
  readonly memoryMiB: number;
  readonly vcpus: number;
  readonly channels: ChannelKind;
  /** `auto`: what a boot probe says. */
  readonly accelerator: 'auto' | 'kvm' | 'tcg';
  /** How many machines of ours there are to be; absent: as many as there are. */
  readonly machineCount: number | undefined;
  /** The services outlive us. */
  readonly detach: boolean;
  /** Asks whether missing packages may be installed. */
  readonly confirmInstall: (missing: MissingPrerequisites) => Promise<boolean>;
}

/** What the steps find out for those behind them. */
interface Context {
  /** The machines that are ours to make. One that somebody else has made needs no image, and stays as it is. */
  ours: readonly Host[];
  image?: GuestImage;
  settings?: MachineSettings;
  services?: RunningServices;
}

/** Time for a compiler that starts cold under emulation, in seconds. */
const warmTimeoutSeconds = '300';

/** The interpreter of a guest server knows after a few rounds what to expect. */
const rehearsals = 3;

/**
 * Sets everything up and leaves it serving: packages, libvirt, image, machine, warm-up, snapshot, services. What is
 * there already is kept, so that a second time takes seconds.
 *
 * @returns the services, where this process has started them and they are not detached
 * @throws DeployError, ImageBuildError
 */
export async function bringUp(asked: BringUpOptions): Promise<RunningServices | undefined> {
  const { machineCount } = asked;
  const host = machineCount === undefined ? asked.host : resizePool(asked.host, machineCount);
  const options = { ...asked, host };
  const context: Context = { ours: [] };
  // Asked before the progress display takes the terminal.
  const missing = await findMissing({ isRoot: host.isRoot });
  if (missing !== undefined && !(await options.confirmInstall(missing))) throw refused(missing);
  const steps = new Listr<Context>(
    [
      {
        title: 'Prerequisites',
        task: async (_, task) => {
          if (missing === undefined) return;
          task.title = `Installing ${missing.packages.join(', ')}`;
          await installMissing(missing, (line) => {
            task.output = line;
          });
        },
      },
      {
        title: 'libvirt',
        task: async (_, task) => {
          if (host.isRoot && (await shareKvmNode())) task.output = 'gave /dev/kvm to group kvm';
          task.title = `libvirt: ${await ensureLibvirt(host)} at ${host.uri}`;
          for (const each of hostsOf(host)) {
            if (!(await isForeign(each))) context.ours = [...context.ours, each];
            else requireKnown(asked.host, each);
          }
        },
      },
      {
        title: 'Pool',
        enabled: () => host.machines.length !== asked.host.machines.length,
        task: async (_, task) => {
          await stopServices(host);
          const removed = await removeSurplus({ before: asked.host, after: host });
          await savePool(host);
          const names = host.machines.map(({ name }) => name).join(', ');
          task.title = `Pool: ${names}${removed.length > 0 ? `; removed ${removed.join(', ')}` : ''}`;
        },
      },
      {
        title: `Guest image (Debian ${options.suite})`,
        skip: foreignReason,
        task: async (_, task) => {
          context.image = await buildGuestImage(options, (line) => {
            task.output = line;
          });
          task.title += context.image.reused ? ': built before' : ': built';
        },
      },
      {
        title: 'Accelerator',
        skip: foreignReason,
        task: async (_, task) => {
          const { accelerator, detail } = await chooseAccelerator(options, context);
          const { memoryMiB, vcpus, channels } = options;
          const { kernelPath } = context.image as GuestImage;
          const diskIo = (await probeIoUring(kernelPath)) ? 'io_uring' : 'threads';
          context.settings = { memoryMiB, vcpus, channels, accelerator, diskIo };
          task.title = `Accelerator: ${accelerator.toUpperCase()} (${detail})`;
        },
      },
      ...hostsOf(host).map((machine) => ({
        title: `Machine ${machine.domain}`,
        skip: () => !context.ours.some(({ domain }) => domain === machine.domain) && madeByOthers,
        task: async (_: Context, task: { title: string }) => {
          task.title += `: ${await prepareMachine(machine, context)}`;
        },
      })),
      {
        title: 'Snapshot',
        task: async (_, task) => {
          const machines = await withoutSnapshot(host);
          if (machines.length === 0) {
            task.skip(`${host.snapshotName} is there`);
            return undefined;
          }
          return task.newListr(snapshotSteps(options, context, machines), {
            rendererOptions: { collapseSubtasks: false },
          });
        },
      },
      {
        title: 'Services',
        task: async (_, task) => {
          if (await answers(host)) {
            task.title = 'Services: running already';
          } else {
            const log = options.detach ? 'file' : 'inherit';
            context.services = await startVmServer(options, { environment: {}, log });
          }
          for (const machine of hostsOf(host)) await waitUntilServing(machine, context.services);
        },
      },
    ],
    { ctx: context, rendererOptions: { collapseErrors: false, showErrorMessage: false } },
  );
  try {
    await steps.run();
  } catch (error) {
    await context.services?.stop();
    throw error;
  }
  return options.detach ? undefined : context.services;
}

/** What somebody else has made is served where it was named, and not because a number led to it. */
function requireKnown(asked: Host, foreign: Host): void {
  if (asked.machines.some(({ domain }) => domain === foreign.domain)) return;
  throw new DeployError(
    `libvirt has a domain "${foreign.domain}" already, which was made by somebody else: rename it, or name the machines in PBOTVM_MACHINES.`,
  );
}

function refused(missing: MissingPrerequisites): DeployError {
  const commands = missing.commands.map((command) => `  ${command.join(' ')}`).join('\n');
  return new DeployError(`Missing on this host: ${missing.needed.join(', ')}. Run:\n${commands}`);
}

const madeByOthers = 'the domain was made by somebody else';

function foreignReason(context: Context): string | false {
  return context.ours.length === 0 && madeByOthers;
}

async function withoutSnapshot(host: Host): Promise<Host[]> {
  const missing: Host[] = [];
  for (const machine of hostsOf(host)) {
    if (!(await hasSnapshot(machine))) missing.push(machine);
  }
  return missing;
}

function snapshotSteps(options: BringUpOptions, context: Context, machines: readonly Host[]) {
  const { host } = options;
  return [
    {
      title: 'Booting',
      task: async () => {
        for (const machine of machines) {
          if (await isRunning(machine)) continue;
          await virsh(host.uri, ['start', `--domain=${machine.domain}`]);
        }
        // Those of an earlier attempt, or of a machine whose snapshot is gone.
        await stopServices(host);
        // Nothing to go back to yet: a slow first run must not count as a fault.
        context.services = await startVmServer(options, {
          environment: {
            PBOTVM_NOREVERT: '1',
            PBOTVM_TIMEOUT: warmTimeoutSeconds,
            PBOTVM_LOG_LEVEL: options.environment['PBOTVM_LOG_LEVEL'] ?? 'warn',
          },
          log: 'file',
        });
        for (const machine of machines) await waitUntilServing(machine, context.services);
      },
    },
    {
      title: 'Warming up',
      task: async (_: Context, task: { title: string }) => {
        for (const machine of machines) {
          const onLanguage = (language: string) => {
            task.title = `Warming up ${machine.name}: ${language}`;
          };
          await warmMachine({
            address: host.addresses.executor,
            access: host.access,
            machine: machine.name,
            onLanguage,
          });
        }
        task.title = 'Warming up';
      },
    },
    {
      title: `Saving snapshot ${host.snapshotName}`,
      task: async () => {
        for (const machine of machines) await takeSnapshot(machine);
        await context.services?.stop();
      },
    },
    {
      // What a guest does behind a revert it has never done before the first one: it is slow then, and need not be again.
      title: 'Rehearsing reverts',
      task: async () => {
        const environment = { PBOTVM_NOREVERT: '', PBOTVM_REVERT: 'failure' };
        context.services = await startVmServer(options, { environment, log: 'file' });
        for (const machine of machines) {
          await waitUntilServing(machine, context.services);
          for (let round = 0; round < rehearsals; round += 1) {
            await verifyRevert(machine);
            await waitUntilServing(machine, context.services);
            // What it has learned in a round is there in the next.
            await takeSnapshot(machine);
          }
        }
      },
    },
    {
      title: 'Trying the snapshot',
      task: async () => {
        for (const machine of machines) await verifyRevert(machine);
        await context.services?.stop();
      },
    },
  ];
}

/** Starts `vm-server` with our own environment and what is given on top of it. */
async function startVmServer(
  { host, programs, environment }: BringUpOptions,
  own: { environment: NodeJS.ProcessEnv; log: 'inherit' | 'file' },
): Promise<RunningServices> {
  return await startServices({
    host,
    programPath: join(programs, 'vm-server.js'),
    environment: { ...environment, ...poolEnvironment(host), ...own.environment },
    log: own.log,
  });
}

async function buildGuestImage(
  options: BringUpOptions,
  onLine: (line: string) => void,
): Promise<GuestImage> {
  let last = '';
  return await buildImage({
    suite: options.suite,
    cacheDir: options.host.cacheDirectory,
    guestDir: join(options.programs, 'guest'),
    languages: catalogue,
    onProgress: ({ step, fraction }) => {
      const percent = fraction === undefined ? '' : `${Math.floor(fraction * 100)} % `;
      const line = `${percent}${step}`;
      // A tool says much more than that: a log would fill with the same line.
      if (line !== last) onLine(line);
      last = line;
    },
  });
}

async function chooseAccelerator(
  options: BringUpOptions,
  context: Context,
): Promise<{ accelerator: 'kvm' | 'tcg'; detail: string }> {
  if (options.accelerator !== 'auto') {
    return { accelerator: options.accelerator, detail: 'as told' };
  }
  const { kernelPath } = context.image as GuestImage;
  const verdict = await probeKvm({ kernelPath, timeoutMs: 5000 });
  return { accelerator: verdict.usable ? 'kvm' : 'tcg', detail: verdict.detail };
}

async function prepareMachine(host: Host, context: Context): Promise<string> {
  const image = context.image as GuestImage;
  const settings = context.settings as MachineSettings;
  const status = await machineStatus({ host, image, settings });
  switch (status) {
    case 'current':
      return 'as it was';
    case 'absent':
    case 'outdated':
      await stopServices(host);
      await removeMachine(host);
      await createMachine({ host, image, settings });
      return status === 'absent' ? 'made' : 'made anew';
  }
}

/** Runs the specification's own test and shows what it prints. */
export async function sayHelloWorld(options: {
  programs: string;
  environment: NodeJS.ProcessEnv;
}): Promise<number> {
  process.stdout.write('\n$ vm-exec -lang=sh echo hello world\n');
  const words = [join(options.programs, 'vm-exec.js'), '-lang=sh', 'echo', 'hello', 'world'];
  const { exitCode } = await execa(process.execPath, words, {
    env: options.environment,
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'inherit',
    reject: false,
  });
  return exitCode ?? 1;
}
