// `pbot-vm status`: a table of the machines; with `--watch` a line for each change.

import Table from 'cli-table3';
import type { ExecutorMachine as ServedMachine } from '../gen/pbot/vm/v1/executor.js';
import {
  FaultReason,
  MachineState,
  type ProcessorLoad,
  type Machine as WatchedMachine,
} from '../gen/pbot/vm/v1/watchdog.js';
import { durationToMs } from '../lib/config/duration.js';
import { sleep, systemClock } from '../lib/process/clock.js';
import { UserError } from '../lib/process/user-error.js';
import {
  connectServices,
  machineChanges,
  type ServicePlace,
  type Services,
  servedMachines,
  watchedMachines,
} from './operator.js';

/** Between two attempts to reach services that are away. */
const retryMs = 1000;

/** The Executor is asked again after this time; it has no stream of its machines. */
const askAgainMs = 500;

/**
 * Prints what the services say of the machines.
 *
 * @returns the exit code: 0 where a machine can take work
 * @throws UserError where they do not answer
 */
export async function printStatus(
  place: ServicePlace,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const services = await connectServices(place, environment);
  try {
    const served = await servedMachines(services);
    process.stdout.write(`${statusTable(await watchedMachines(services), served)}\n`);
    return served.some((machine) => machine.connected) ? 0 : 1;
  } finally {
    services.close();
  }
}

/**
 * Prints a line for each machine, and another one at each change of what the Watchdog and the Executor say of it. Waits for
 * services that do not answer. Resolves when the signal is aborted.
 */
export async function watchStatus(
  place: ServicePlace,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<void> {
  const shown = new Map<string, string>();
  const show: Show = (name, text) => {
    if (shown.get(name) === text) return;
    shown.set(name, text);
    const time = new Date().toTimeString().slice(0, 8);
    process.stdout.write(`${fitted(`${time} ${text}`)}\n`);
  };
  while (!signal.aborted) {
    try {
      await follow(await connectServices(place, environment), show, signal);
    } catch (error) {
      if (signal.aborted) break;
      if (!(error instanceof UserError)) throw error;
      // Longer than a line of a machine: it says what to do.
      if (!shown.has(error.message)) process.stderr.write(`pbot-vm: ${error.message}\n`);
      shown.clear();
      shown.set(error.message, error.message);
      await sleep(systemClock, retryMs, signal);
    }
  }
}

type Show = (name: string, text: string) => void;

/** Merges the stream of the Watchdog with the answers of the Executor. @throws UserError where one of them is lost */
async function follow(services: Services, show: Show, signal: AbortSignal): Promise<void> {
  const lost = new AbortController();
  const stop = AbortSignal.any([signal, lost.signal]);
  let watched: readonly WatchedMachine[] = [];
  let served: readonly ServedMachine[] = [];
  const publish = () => {
    for (const machine of watched) {
      const work = served.find(({ name }) => name === machine.name);
      show(machine.name, machineLine(machine, work));
    }
  };
  const askExecutor = async () => {
    while (!stop.aborted) {
      await sleep(systemClock, askAgainMs, stop);
      served = await servedMachines(services);
      publish();
    }
  };
  const watch = async () => {
    for await (const machines of machineChanges(services, stop)) {
      watched = machines;
      publish();
    }
  };
  try {
    served = await servedMachines(services);
    await Promise.race([askExecutor(), watch()]);
  } finally {
    lost.abort();
    services.close();
  }
}

/** One machine in one line, as short as it can be. A machine that is READY has no detail worth a line, but for what it lacks. */
export function machineLine(machine: WatchedMachine, work: ServedMachine | undefined): string {
  const isReady = machine.state === MachineState.READY;
  const reverts = revertsText(machine.revertCount, machine.lastRevertDuration);
  const parts = [
    `${machine.name} ${MachineState[machine.state]}`,
    ...runningParts(work, isReady),
    ...(isReady && machine.revertCount > 0 ? [`reverts ${reverts}`] : []),
    ...(machine.lastFault === undefined ? [] : [FaultReason[machine.lastFault.reason]]),
    ...(isReady || machine.stateDetail === '' ? [] : [machine.stateDetail]),
    ...(isReady && machine.revertObstacle !== '' ? [machine.revertObstacle] : []),
  ];
  return parts.join(', ');
}

/** Nobody expects a connection of a machine that is not READY. */
function runningParts(work: ServedMachine | undefined, isReady: boolean): string[] {
  if (work?.connected === true) return [`${work.running} of ${work.capacity} running`];
  return isReady ? ['not connected'] : [];
}

const lineWidth = 80;

/** The text, cut so that it fits a line of a terminal. */
export function fitted(text: string): string {
  const [first = ''] = text.split('\n');
  const isWhole = text.length <= lineWidth && first === text;
  return isWhole ? text : `${first.slice(0, lineWidth - 3)}...`;
}

function statusTable(watched: readonly WatchedMachine[], served: readonly ServedMachine[]): string {
  const head = ['machine', 'state', 'since', 'generation', 'connected', 'running', 'load'];
  const more = ['reverts', 'last fault', 'detail'];
  const table = new Table({ head: [...head, ...more], style: { head: [], border: [] } });
  for (const machine of watched) {
    const work = served.find((each) => each.name === machine.name);
    const fault = machine.lastFault;
    const isReady = machine.state === MachineState.READY;
    table.push([
      machine.name,
      MachineState[machine.state],
      machine.stateTime?.toISOString() ?? '',
      machine.generation,
      work?.connected === true ? 'yes' : 'no',
      `${work?.running ?? 0} of ${work?.capacity ?? 0}`,
      loadText(machine.processorLoad),
      revertsText(machine.revertCount, machine.lastRevertDuration),
      fault === undefined ? '' : FaultReason[fault.reason],
      isReady && machine.revertObstacle !== ''
        ? `${machine.stateDetail} It ${machine.revertObstacle}`
        : machine.stateDetail,
    ]);
  }
  return table.toString();
}

function loadText(load: ProcessorLoad | undefined): string {
  return load === undefined ? '' : `${Math.round(load.share * 100)} %`;
}

function revertsText(count: number, last: Parameters<typeof durationToMs>[0] | undefined): string {
  if (last === undefined || count === 0) return String(count);
  return `${count} (${(durationToMs(last) / 1000).toFixed(2)} s)`;
}
