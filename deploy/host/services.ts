// Starts and stops `vm-server`, and waits until its services serve.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, openSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExecutorServiceService } from '../../services/gen/pbot/vm/v1/executor.js';
import { MachineState, WatchdogServiceService } from '../../services/gen/pbot/vm/v1/watchdog.js';
import { connect } from '../../services/lib/access/client-access.js';
import { runDirectory } from '../../services/lib/config/own-machines.js';
import { sleep, systemClock } from '../../services/lib/process/clock.js';
import { UserError } from '../../services/lib/process/user-error.js';
import type { RpcError } from '../../services/lib/rpc/error.js';
import type { Host } from './host.js';
import type { Machine } from './machine.js';
import { isRunning, readPid } from './pid-file.js';
import { makePrivate, ownerAlone } from './private-files.js';
import { stopUnits } from './systemd/systemd.js';

/** An emulated machine boots in half a minute, and in several where the host has other work. */
const startLimitMs = 600_000;
const stopLimitMs = 40_000;

/** Services that are not there say so at once; those of a slow host take seconds to be connected to. */
const answerLimitMs = 30_000;

/** In the command line of its process. */
const program = 'vm-server';

/** A `vm-server` that was started from here. */
export interface RunningServices {
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly host: Host;
  /** The bundled program. */
  readonly programPath: string;
  readonly environment: NodeJS.ProcessEnv;
  /** `inherit`: its log goes to our own stderr; `file`: to `vm-server.log`, and it outlives us. */
  readonly log: 'inherit' | 'file';
}

/** Starts `vm-server`, which starts the three services. */
export async function startServices(options: StartOptions): Promise<RunningServices> {
  const { host, programPath, environment, log } = options;
  await makePrivate(runDirectory(host));
  const output = log === 'file' ? openLog(logPath(host)) : 'inherit';
  const child = spawn(process.execPath, [programPath], {
    env: environment,
    stdio: ['ignore', output, output],
    // A session of its own: Ctrl-C reaches us alone, and we stop it in order.
    detached: true,
  });
  // Whoever starts the next one waits for this: the file of that one must not be removed.
  const ended = once(child, 'exit').then(() => rm(pidPath(host), { force: true }));
  await writeFile(pidPath(host), `${child.pid}\n`);
  if (log === 'file') child.unref();
  return {
    ended,
    stop: async () => {
      child.ref();
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/**
 * Waits until the Executor can give work to the machine.
 *
 * @throws UserError where that takes too long or `vm-server` ends
 */
export async function waitUntilServing(
  machine: Machine,
  services?: RunningServices,
): Promise<void> {
  const { host } = machine;
  let hasEnded = false;
  void services?.ended.then(() => {
    hasEnded = true;
  });
  const giveUpAt = performance.now() + startLimitMs;
  while (!(await isServing(machine))) {
    if (hasEnded) throw new UserError(`vm-server has ended. ${logHint(host)}`);
    if (performance.now() > giveUpAt) {
      const detail = await machineDetail(machine);
      throw new UserError(`${machine.name} is not ready: ${detail}. ${logHint(host)}`);
    }
    await sleep(systemClock, 100);
  }
}

/** Whether an Executor answers here at all. */
export async function answers(host: Host): Promise<boolean> {
  return (await askMachines(host)) !== undefined;
}

/** Stops the services, whoever has started them. @returns whether there were any */
export async function stopServices(host: Host): Promise<boolean> {
  const hadUnits = await stopUnits(host);
  return (await stopVmServer(host)) || hadUnits;
}

/** Stops the `vm-server` that was started last. @returns whether there was one */
export async function stopVmServer(host: Host): Promise<boolean> {
  const pid = await readPid(pidPath(host), program);
  if (pid === undefined) return false;
  process.kill(pid, 'SIGTERM');
  const giveUpAt = performance.now() + stopLimitMs;
  while (await isRunning(pid, program)) {
    if (performance.now() > giveUpAt) {
      throw new UserError(`vm-server (process ${pid}) does not stop. ${logHint(host)}`);
    }
    await sleep(systemClock, 50);
  }
  await rm(pidPath(host), { force: true });
  return true;
}

/** It names who ran what. */
function openLog(path: string): number {
  const file = openSync(path, 'a', ownerAlone);
  chmodSync(path, ownerAlone);
  return file;
}

/** Where services in the background write their log. */
export function logPath(host: Host): string {
  return join(runDirectory(host), 'vm-server.log');
}

function pidPath(host: Host): string {
  return join(runDirectory(host), 'vm-server.pid');
}

function logHint(host: Host): string {
  return existsSync(logPath(host)) ? `Its log is ${logPath(host)}.` : '';
}

async function isServing({ name, host }: Machine): Promise<boolean> {
  const machines = await askMachines(host);
  const machine = machines?.find((each) => each.name === name);
  return machine?.connected === true && machine.state === MachineState.READY;
}

async function askMachines({ addresses, access }: Host) {
  const client = connect(ExecutorServiceService, { address: addresses.executor, access });
  try {
    return (await client.listMachines({}, { timeoutMs: answerLimitMs })).machines;
  } catch {
    return undefined;
  } finally {
    client.close();
  }
}

async function machineDetail({ name, host }: Machine): Promise<string> {
  const { addresses, access } = host;
  const client = connect(WatchdogServiceService, { address: addresses.watchdog, access });
  try {
    const { machines } = await client.listMachines({}, { timeoutMs: answerLimitMs });
    return machines.find((machine) => machine.name === name)?.stateDetail ?? 'nobody watches it';
  } catch (error) {
    return (error as RpcError).message;
  } finally {
    client.close();
  }
}
