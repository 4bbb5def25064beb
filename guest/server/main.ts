// The guest server's program: opens both channels, makes sandboxes, serves sessions, and starts the heartbeat last.

import { existsSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { catalogue } from '../languages/catalogue.js';
import type { Language } from '../languages/language.js';
import { quickStartDirectory } from '../languages/quick-start.js';
import { type GuestArguments, helpText, readArguments } from './arguments.js';
import { prepareInspectionTools } from './execution/inspection-tools.js';
import { freeMemoryReports } from './free-memory.js';
import { dropPageCache, readLittleAhead } from './page-cache.js';
import { setUpCgroups } from './sandbox/cgroup.js';
import { processGroupOf } from './sandbox/process-group.js';
import { SandboxSlot, type SandboxSlotOptions } from './sandbox/sandbox.js';
import { SandboxPool } from './sandbox/sandbox-pool.js';
import { findInstalledLanguages } from './session/catalogue-discovery.js';
import { GuestProof } from './session/guest-proof.js';
import { startHeart } from './session/heartbeat.js';
import { practise } from './session/practice-run.js';
import { prepareQuickStarts } from './session/quick-starts.js';
import { reportReady } from './session/readiness.js';
import { findSecret } from './session/secret.js';
import { type SessionOptions, serveSessions } from './session/session.js';
import { sharesOf } from './session/shares.js';
import { serverVersion } from './session/version.js';
import { Supervisor } from './supervisor/supervisor.js';
import { openDevice } from './transport/device-transport.js';
import { listenAsDevice } from './transport/socket-transport.js';
import type { Transport } from './transport/transport.js';

/** As the specification says. */
const heartbeatIntervalMs = 5000;

/** Where programs find themselves in a sandbox. `supervisor.py` makes it. */
const sandboxDirectories = { workingDirectory: '/home/vm', buildDirectory: '/home/build' };

/** Where the server's files are. */
const ownDirectory = dirname(process.argv[1] ?? '.');

main().catch(fail);

/** The heart must not go on beating for a server that can do nothing. */
function fail(error: unknown): never {
  process.stderr.write(`guest-server: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  const args = readArguments(process.argv.slice(2));
  if (args.help) {
    process.stdout.write(helpText);
    return;
  }
  if (args.version) {
    process.stdout.write(`guest-server ${serverVersion}\n`);
    return;
  }
  const data = await openTransport(args.data);
  const heart = await openTransport(args.heart);
  const secret = findSecret(args.secretPath);
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const shares = sharesOf({ memoryBytes: totalmem(), processors: cpus().length }, args.capacity);
  const groups = args.unconfined ? undefined : setUpCgroups(shares);
  // After the cgroups: a cgroup with children must have no process of its own.
  const supervisor = Supervisor.start({
    scriptPath: join(ownDirectory, 'supervisor.py'),
    unconfined: args.unconfined,
    filesBytes: shares.filesBytes,
    memoryBytes: shares.memoryBytes,
    ...(groups === undefined ? {} : { groupsDirectory: groups.directory }),
    onFailure: fail,
  });
  const sandboxes = await makeSandboxes(args, {
    groupOf: groups?.groupOf ?? processGroupOf,
    supervisor,
    count: shares.sandboxCount,
  });
  const known = [...catalogue, ...readOwnLanguages()];
  const found = await findInstalledLanguages(known, process.env['PATH'] ?? '/usr/bin:/bin');
  const languages = await prepareQuickStarts(
    found,
    args.unconfined ? undefined : quickStartDirectory,
  );
  const inspectionTools = prepareInspectionTools(join(ownDirectory, 'inspection'));
  // A snapshot has them. A host must not find a session long before the heart beats.
  if (!args.unconfined) await inspectionTools;
  const sessions = {
    sandboxes,
    languages,
    capacity: shares.capacity,
    phaseMemoryBytes: args.unconfined ? 0 : shares.memoryBytes,
    fileBytes: args.unconfined ? 0 : shares.filesBytes,
    bootId,
    serverVersion,
    inspectionTools,
  };
  serveSessions({
    ...sessions,
    transport: data,
    ...(secret === undefined ? {} : { proof: new GuestProof({ secret, bootId }) }),
    ...(args.unconfined ? {} : inMachine(supervisor, sessions)),
  });
  if (!args.unconfined) dropPageCache();
  // After all that: a machine that beats can serve, and a snapshot of it serves at once.
  startHeart({ transport: heart, intervalMs: heartbeatIntervalMs, secret });
  const offer = {
    data: args.data,
    heart: args.heart,
    capacity: shares.capacity,
    memoryBytes: args.unconfined ? 0 : shares.memoryBytes,
    hasSecret: secret !== undefined,
    languages,
  };
  await reportReady(offer, process.env['NOTIFY_SOCKET']);
}

/** What a server does in a machine of its own, which is put back to a snapshot. */
function inMachine(
  supervisor: Supervisor,
  sessions: Omit<SessionOptions, 'transport'>,
): Partial<SessionOptions> {
  const readAsUsual = readLittleAhead();
  const reportFreeMemory = freeMemoryReports();
  return {
    systemCalls: supervisor,
    onReturn: () => {
      readAsUsual();
      reportFreeMemory();
    },
    practise: () => practise(sessions),
  };
}

/** The languages that an operator has added. `pbot-vm up` or `setup-guest` has checked them. */
function readOwnLanguages(): readonly Language[] {
  const path = join(ownDirectory, 'own-languages.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Language[]) : [];
}

async function openTransport(address: string): Promise<Transport> {
  const port = /^listen:(\d+)$/.exec(address)?.[1];
  return port === undefined ? await openDevice(address) : await listenAsDevice(Number(port));
}

async function makeSandboxes(
  { workDirectory, unconfined }: GuestArguments,
  { count, ...options }: Pick<SandboxSlotOptions, 'supervisor' | 'groupOf'> & { count: number },
): Promise<SandboxPool> {
  const slots: SandboxSlot[] = [];
  for (let number = 0; number < count; number += 1) {
    const own = join(workDirectory, String(number));
    const directories = unconfined
      ? { workingDirectory: own, buildDirectory: `${own}-build` }
      : sandboxDirectories;
    slots.push(new SandboxSlot({ ...options, ...directories, number, unconfined }));
  }
  return await SandboxPool.create(slots);
}
