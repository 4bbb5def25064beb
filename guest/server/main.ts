import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { type GuestArguments, helpText, readArguments } from './arguments.js';
import { cgroupFences } from './sandbox/cgroup.js';
import { processGroupFences } from './sandbox/process-group.js';
import { SandboxSlot, type SandboxSlotOptions } from './sandbox/sandbox.js';
import { SandboxPool } from './sandbox/sandbox-pool.js';
import { findInstalledLanguages } from './session/catalogue-discovery.js';
import { startHeart } from './session/heartbeat.js';
import { serveSessions } from './session/session.js';
import { sharesOf } from './session/shares.js';
import { serverVersion } from './session/version.js';
import { Supervisor } from './supervisor/supervisor.js';
import { openDevice } from './transport/device-transport.js';
import { listenAsDevice } from './transport/socket-transport.js';
import type { Transport } from './transport/transport.js';

/** As the specification says. */
const heartbeatIntervalMs = 5000;

/** Where programs find themselves in a sandbox. `supervisor.py` makes it. */
const sandboxHome = '/home/vm';

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
  const data = await openTransport(args.data);
  const heart = await openTransport(args.heart);
  const shares = sharesOf({ memoryBytes: totalmem(), processors: cpus().length }, args.capacity);
  const fences = args.unconfined ? { makeFence: processGroupFences } : cgroupFences(shares);
  // Behind the fences: a control group that is divided must have no process of its own.
  const keeper = new Supervisor({
    scriptPath: join(dirname(process.argv[1] ?? '.'), 'supervisor.py'),
    unconfined: args.unconfined,
    filesBytes: shares.filesBytes,
    onFailure: fail,
  });
  const sandboxes = await makeSandboxes(args, { ...fences, keeper, count: shares.sandboxCount });
  const languages = await findInstalledLanguages(process.env['PATH'] ?? '/usr/bin:/bin');
  serveSessions({
    transport: data,
    sandboxes,
    languages,
    capacity: shares.capacity,
    phaseMemoryBytes: args.unconfined ? 0 : shares.memoryBytes,
    fileBytes: args.unconfined ? 0 : shares.filesBytes,
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    serverVersion,
    ...(args.unconfined ? {} : { systemCalls: keeper }),
  });
  if (!args.unconfined) dropPageCache();
  // Last: a machine that beats can serve, and a snapshot of it serves at once.
  startHeart({ transport: heart, intervalMs: heartbeatIntervalMs });
}

/** What was read of the disk at boot is of no use to programs, but would be part of each snapshot, and of each revert. */
function dropPageCache(): void {
  writeFileSync('/proc/sys/vm/drop_caches', '3');
}

async function openTransport(place: string): Promise<Transport> {
  const port = /^listen:(\d+)$/.exec(place)?.[1];
  return port === undefined ? await openDevice(place) : await listenAsDevice(Number(port));
}

async function makeSandboxes(
  { workDirectory, unconfined }: GuestArguments,
  {
    count,
    ...options
  }: Pick<SandboxSlotOptions, 'keeper' | 'makeFence' | 'encloseInit'> & { count: number },
): Promise<SandboxPool> {
  const slots: SandboxSlot[] = [];
  for (let number = 0; number < count; number += 1) {
    const workingDirectory = unconfined ? join(workDirectory, String(number)) : sandboxHome;
    slots.push(new SandboxSlot({ ...options, number, workingDirectory, unconfined }));
  }
  return await SandboxPool.create(slots);
}
