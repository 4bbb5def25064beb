// The pool: how many machines the host has, and where that is written down.

import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Address, parseAddress } from '../../services/lib/config/address.js';
import { poolPath } from '../../services/lib/config/own-machines.js';
import { formatPool, type MachineConfig, requireDistinct } from '../../services/lib/config/pool.js';
import { UserError } from '../../services/lib/process/user-error.js';
import type { Host } from './host.js';
import { isForeign, machinesOf, removeMachine, withSecret } from './machine.js';
import { machineFiles, writePrivate } from './machine-files.js';
import { makePrivate } from './private-files.js';

/**
 * The host with so many machines of ours: the first one as the variables say, the others numbered, each on the next two
 * ports. Machines that exist keep their settings.
 *
 * @throws UserError where the user's own file names the machines, or there is no room for their ports
 */
export function resizePool(host: Host, count: number): Host {
  if (host.poolOrigin === 'user') {
    throw new UserError(
      'PBOTVM_MACHINES names the machines: change that file, or unset it to have --machines make them.',
    );
  }
  const [first] = host.machines;
  if (first === undefined) return host;
  const machines = Array.from(
    { length: count },
    (_, i) => host.machines[i] ?? numbered(first, i + 1),
  );
  try {
    requireDistinct(machines);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `${count} machines can't be numbered from PBOTVM_SERIAL and PBOTVM_HEART: ${error.message}.`,
    );
  }
  return { ...host, machines };
}

/**
 * The host with the channels of our machines where `up` makes them: at Unix sockets, or at TCP ports. A machine that
 * somebody else has made has its channels at TCP ports.
 *
 * @throws UserError where the path of a socket is too long, or there is no room for the ports
 */
export async function placeChannels(host: Host, options: { tcp: boolean }): Promise<Host> {
  if (host.channels === 'as-named') return host;
  const machines: MachineConfig[] = [];
  for (const [index, machine] of machinesOf(host).entries()) {
    const { host: _host, ...config } = machine;
    const atPorts = options.tcp || host.channels === 'ports' || (await isForeign(machine));
    machines.push(atPorts ? withPorts(config, host.ports, index + 1) : withSockets(config, host));
  }
  requireDistinct(machines);
  return { ...host, machines };
}

/** Removes those of our machines that are in the one pool and not in the other. @returns their names */
export async function removeSurplus(options: { before: Host; after: Host }): Promise<string[]> {
  const kept = options.after.machines.map(({ domain }) => domain);
  const surplus = machinesOf(options.before).filter(({ domain }) => !kept.includes(domain));
  for (const machine of surplus) await removeMachine(machine);
  return surplus.map(({ domain }) => domain);
}

/** The host with the secrets that were made for its machines. */
export function withSecrets(host: Host): Host {
  return host.poolOrigin === 'user'
    ? host
    : { ...host, machines: machinesOf(host).map(withSecret) };
}

/** Writes down which machines there are, for the services and for later commands. */
export async function savePool(host: Host): Promise<void> {
  if (host.poolOrigin === 'user') return;
  const path = poolPath(host);
  if (!needsFile(host)) return await rm(path, { force: true });
  await makePrivate(dirname(path));
  const [only, ...others] = host.machines.map(({ snapshotName: _name, ...machine }) => machine);
  // The snapshot of a single machine stays what PBOTVM_SNAPSHOT_NAME says.
  const isOnly = only !== undefined && others.length === 0;
  await writePrivate(path, formatPool(isOnly ? [only] : host.machines));
}

/** What the environment of the services holds beside the user's own. */
export function poolEnvironment(host: Host): NodeJS.ProcessEnv {
  if (host.poolOrigin === 'user' || !needsFile(host)) return {};
  return { PBOTVM_MACHINES: poolPath(host) };
}

/** The variables describe one machine with TCP ports. */
function needsFile({ machines }: Host): boolean {
  const [only, ...others] = machines;
  return others.length > 0 || only?.serial.kind === 'unix' || only?.secretPath !== undefined;
}

function withSockets(machine: MachineConfig, host: Host): MachineConfig {
  const { channelDirectory } = machineFiles(host, machine.domain);
  const socket = (name: string) => parseAddress(`unix:${join(channelDirectory, name)}`);
  try {
    return { ...machine, serial: socket('data'), heart: socket('heart') };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `${error.message}: set PBOTVM_HOME to a shorter one, or say --tcp-channels.`,
    );
  }
}

/** Ports that a machine has already stay. */
function withPorts(machine: MachineConfig, ports: Host['ports'], number: number): MachineConfig {
  if (machine.serial.kind === 'tcp' && machine.heart.kind === 'tcp') return machine;
  return {
    ...machine,
    serial: nextTo(ports.serial, number),
    heart: nextTo(ports.heart, number),
  };
}

function numbered(first: MachineConfig, number: number): MachineConfig {
  const domain = `${first.domain}-${number}`;
  return {
    ...first,
    name: domain,
    domain,
    serial: nextTo(first.serial, number),
    heart: nextTo(first.heart, number),
  };
}

/** Data and heartbeat have two ports in a row, and so has each machine. */
function nextTo(address: Address, number: number): Address {
  if (address.kind === 'unix') return { ...address, path: `${address.path}-${number}` };
  const port = address.port + 2 * (number - 1);
  if (port > 65535) throw new UserError(`There is no port ${port} for machine ${number}.`);
  return { ...address, port };
}
