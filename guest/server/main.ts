import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type GuestArguments, helpText, readArguments } from './arguments.js';
import { findInstalledLanguages } from './catalogue-discovery.js';
import { cgroupFences } from './cgroup-fence.js';
import { openDevice } from './device-transport.js';
import { startHeart } from './heart.js';
import { LaneSlot, type LaneSlotOptions } from './lane.js';
import { LanePool } from './lane-pool.js';
import { makeLaneShell } from './lane-shell.js';
import { processGroupFences } from './process-group-fence.js';
import { serveSessions } from './session.js';
import { listenAsDevice } from './socket-transport.js';
import { SystemCalls } from './system-calls.js';
import type { Transport } from './transport.js';
import { findUser } from './user.js';
import { serverVersion } from './version.js';

/** As the specification says. */
const heartbeatIntervalMs = 5000;

const capacity = 1;

/** One for each phase of an execution, and one that is armed already when the next execution comes. */
const laneCount = 3;

main().catch((error: unknown) => {
  process.stderr.write(`guest-server: ${error instanceof Error ? error.message : String(error)}\n`);
  // The heart must not go on beating for a server that can do nothing.
  process.exit(1);
});

async function main(): Promise<void> {
  const args = readArguments(process.argv.slice(2));
  if (args.help) {
    process.stdout.write(helpText);
    return;
  }
  const data = await openTransport(args.data);
  const heart = await openTransport(args.heart);
  // Earlier than the rest: a machine that beats is known to have booted.
  startHeart({ transport: heart, intervalMs: heartbeatIntervalMs });
  const credentials = args.unconfined ? {} : { credentials: findUser('vm') };
  rmSync(args.workDirectory, { recursive: true, force: true });
  mkdirSync(args.workDirectory, { recursive: true, mode: 0o755 });
  const makeFence = args.unconfined ? processGroupFences : cgroupFences();
  // Behind the fences: a control group that is divided must have no process of its own.
  const systemCalls = args.unconfined ? {} : { systemCalls: startSystemCalls() };
  const lanes = await armLanes(args, { makeFence, ...credentials, ...systemCalls });
  serveSessions({
    transport: data,
    lanes,
    languages: await findInstalledLanguages(process.env['PATH'] ?? '/usr/bin:/bin'),
    capacity,
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    serverVersion,
    workDirectory: args.workDirectory,
    ...credentials,
    ...systemCalls,
  });
}

async function openTransport(place: string): Promise<Transport> {
  const port = /^listen:(\d+)$/.exec(place)?.[1];
  return port === undefined ? await openDevice(place) : await listenAsDevice(Number(port));
}

async function armLanes(
  args: GuestArguments,
  options: Pick<LaneSlotOptions, 'makeFence' | 'credentials' | 'systemCalls'>,
): Promise<LanePool> {
  // Not below /run, from which nothing may be executed.
  const shellPath = args.unconfined ? '/bin/sh' : makeLaneShell(args.workDirectory);
  const slots: LaneSlot[] = [];
  for (let i = 0; i < laneCount; i += 1) {
    const name = `lane-${i}`;
    const directory = join(args.runDirectory, name);
    slots.push(await LaneSlot.create({ directory, name, shellPath, ...options }));
  }
  return await LanePool.create(slots);
}

function startSystemCalls(): SystemCalls {
  const installed = dirname(process.argv[1] ?? '.');
  return new SystemCalls(join(installed, 'system-calls.py'));
}
