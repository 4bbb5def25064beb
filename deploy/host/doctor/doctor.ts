// `pbot-vm doctor`: puts its checks together and runs them.

import { readFamily } from '../distribution.js';
import type { Host } from '../host.js';
import { connectVirsh } from '../libvirt/virsh.js';
import { type Machine, machinesOf } from '../machine.js';
import { channelsCheck } from './channels.js';
import { type Check, titles } from './check.js';
import { diskSpaceCheck } from './disk-space.js';
import { domainCheck, lookAtDomain } from './domain.js';
import { groupCheck } from './group.js';
import { heartbeatCheck } from './heartbeat.js';
import { findImageKernel } from './image.js';
import { kvmCheck } from './kvm.js';
import { languagesCheck } from './languages.js';
import { askLibvirt, libvirtCheck } from './libvirt.js';
import { commandLimitMs } from './limits.js';
import { readListeners } from './listeners.js';
import { machinePortsCheck } from './machine-ports.js';
import { processorCheck } from './processor.js';
import { reportChecks } from './report.js';
import { askService, type Service, serviceCheck } from './service.js';
import { servicePortsCheck } from './service-ports.js';
import { snapshotCheck } from './snapshot.js';
import { toolsCheck } from './tools.js';

export interface DoctorOptions {
  readonly host: Host;
  /** What the programs that are asked run with: where they are found, and where a session's libvirt is. */
  readonly environment: NodeJS.ProcessEnv;
  readonly write: (text: string) => void;
  /** Writes one JSON array of {title, level, detail, fix} in place of lines. */
  readonly json: boolean;
  readonly uid: number;
}

/**
 * Looks at all that a machine needs on this host, and at what runs; changes nothing.
 *
 * @returns the exit code: 1 where a check failed, else 0
 */
export function runDoctor(options: DoctorOptions): Promise<number> {
  return reportChecks(checksOf(options), options);
}

function checksOf({ host, environment, uid }: DoctorOptions): Check[] {
  const { isRoot, uri } = host;
  const machines = machinesOf(host);
  const virsh = connectVirsh({ uri, environment, timeoutMs: commandLimitMs });
  const systemVirsh = connectVirsh({
    uri: 'qemu:///system',
    environment,
    timeoutMs: commandLimitMs,
  });
  const family = once(readFamily);
  const imageKernel = once(() => findImageKernel(host.cacheDirectory));
  const listeners = once(readListeners);
  const libvirt = once(() => askLibvirt(virsh));
  const views = machines.map((machine) => ({
    machine,
    domain: once(async () =>
      lookAtDomain({ machine, libvirt: await libvirt(), virsh, systemVirsh }),
    ),
  }));
  const hasMachine = async () => {
    if ((await imageKernel()) !== undefined) return true;
    const found = await Promise.all(views.map(({ domain }) => domain()));
    return found.some(({ kind }) => kind === 'found');
  };

  const { executor, watchdog, snapshot } = servicesOf(host);
  const ask = (service: Service) => once(async () => askService(service, host, await listeners()));
  const executorAnswer = ask(executor);
  const watchdogAnswer = ask(watchdog);
  const snapshotAnswer = ask(snapshot);

  return [
    processorCheck(),
    kvmCheck({ uri, environment, imageKernel, family }),
    libvirtCheck({ uri, libvirt, family }),
    toolsCheck({ isRoot, environment, hasMachine, family }),
    groupCheck({ uid, uri, environment, libvirt, family }),
    diskSpaceCheck(host),
    servicePortsCheck([
      [executor, executorAnswer],
      [watchdog, watchdogAnswer],
      [snapshot, snapshotAnswer],
    ]),
    ...views.flatMap((view) => [
      named(view.machine, machinePortsCheck({ ...view, listeners })),
      named(view.machine, domainCheck(view.machine, view.domain)),
      named(view.machine, channelsCheck(view.machine, view.domain)),
      named(view.machine, snapshotCheck({ ...view, virsh })),
    ]),
    serviceCheck(executor, executorAnswer),
    serviceCheck(watchdog, watchdogAnswer),
    serviceCheck(snapshot, snapshotAnswer),
    languagesCheck(host, executorAnswer),
    ...machines.map((machine) => named(machine, heartbeatCheck(machine, watchdogAnswer))),
  ];
}

function servicesOf({ addresses }: Host): Record<'executor' | 'watchdog' | 'snapshot', Service> {
  return {
    executor: {
      title: titles.executor,
      contract: 'pbot.vm.v1.ExecutorService',
      variable: 'PBOTVM_SERVER',
      address: addresses.executor,
    },
    watchdog: {
      title: titles.watchdog,
      contract: 'pbot.vm.v1.WatchdogService',
      variable: 'PBOTVM_WATCHDOG',
      address: addresses.watchdog,
    },
    snapshot: {
      title: 'Snapshot service',
      contract: 'pbot.vm.v1.SnapshotService',
      variable: 'PBOTVM_SNAPSHOT',
      address: addresses.snapshot,
    },
  };
}

/** The title of a check of one machine among several says which. */
function named({ name, host }: Machine, check: Check): Check {
  if (host.machines.length === 1) return check;
  return { title: `${check.title} of ${name}`, run: () => check.run() };
}

/** Several checks judge the same facts, which are gathered once. */
function once<T>(gather: () => Promise<T>): () => Promise<T> {
  let gathered: Promise<T> | undefined;
  return () => {
    gathered ??= gather();
    return gathered;
  };
}
