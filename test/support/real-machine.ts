// Brings up a real machine by the commands that users run, and removes it.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { execa } from 'execa';
import { freePorts } from './ports.js';
import { waitFor } from './wait.js';

/** How the programs reach a machine that tests have made: `PBOTVM_*` variables. */
export type MachineEnvironment = Record<string, string>;

/** Variables for a machine of its own: name, ports, directory. The images are those of the user. */
export async function machineEnvironment(name: string): Promise<MachineEnvironment> {
  return {
    ...(await machineAddresses(name)),
    // Not below a home directory: QEMU's own user must get through.
    PBOTVM_HOME: await mkdtemp('/var/tmp/pbot-vm-test-'),
  };
}

/** Variables for a machine of its own, which is kept where its user's machines are. */
export async function machineAddresses(name: string): Promise<MachineEnvironment> {
  const [server, watchdog, snapshot, serial, heart] = await freePorts(5);
  return {
    PBOTVM_DOMAIN: name,
    PBOTVM_SERVER: String(server),
    PBOTVM_WATCHDOG: String(watchdog),
    PBOTVM_SNAPSHOT: String(snapshot),
    PBOTVM_SERIAL: String(serial),
    PBOTVM_HEART: String(heart),
  };
}

/** Runs virsh as a person does who knows what he does: behind the services' backs. */
export async function virsh(...args: string[]): Promise<void> {
  await execa('virsh', ['-q', '-c', 'qemu:///system', ...args], { stdin: 'ignore' });
}

/** Ends and undefines a domain, whatever state it is in, and leaves its files to somebody else. */
export async function removeLeftover(name: string): Promise<void> {
  // Fails where there is none, and on a host that has no virsh yet.
  await execa('virsh', ['destroy', name], { reject: false });
  await execa('virsh', ['undefine', '--snapshots-metadata', name], { reject: false });
}

/** `pbot-vm up` of new machines, with the languages of `minimal`: they run and serve when it resolves. */
export async function bringMachineUp(
  environment: MachineEnvironment,
  flags: readonly string[] = [],
): Promise<void> {
  await deployUp(environment, ['--languages', 'minimal', ...flags]);
}

/** `pbot-vm up` of machines that are there: what no flag names stays as it is. */
export async function bringMachineUpAgain(
  environment: MachineEnvironment,
  flags: readonly string[] = [],
): Promise<void> {
  await deployUp(environment, flags);
}

/** `pbot-vm up` as users run it first: the machine serves with few languages when it resolves, and is growing. */
export async function bringGrowingMachineUp(environment: MachineEnvironment): Promise<void> {
  await deployUp(environment, []);
}

/** Waits until the machine has the languages of `standard`. */
export async function grown(environment: MachineEnvironment): Promise<void> {
  await waitFor('languages to be added', () => hasGrown(environment), growthLimitMs, 5_000);
}

/** An image of all these languages is built, and a machine warmed up, on a slow host. */
const growthLimitMs = 30 * 60_000;

async function hasGrown(environment: MachineEnvironment): Promise<boolean> {
  const { stdout, exitCode } = await runProgram('pbot-vm', ['status'], environment);
  const [, log = ''] = /not added \(([^)]*)\)/.exec(stdout) ?? [];
  if (log !== '') throw new Error(`Languages were not added: ${await readFile(log, 'utf8')}`);
  return exitCode === 0 && !stdout.includes('are being added');
}

async function deployUp(environment: MachineEnvironment, flags: readonly string[]): Promise<void> {
  await execa('deploy/up', ['--yes', '--detach', '--no-link', ...flags], {
    env: environment,
    stdout: 'inherit',
    stderr: 'inherit',
    stdin: 'ignore',
  });
}

/** `pbot-vm purge`: nothing of the machine is left. */
export async function purgeMachine(environment: MachineEnvironment): Promise<void> {
  await runProgram('pbot-vm', ['purge', '--yes', '--keep-images'], environment);
  await rm(environment['PBOTVM_HOME'] as string, { recursive: true, force: true });
}

/** Runs one of the bundled programs to its end. */
export async function runProgram(
  name: string,
  args: readonly string[],
  environment: MachineEnvironment,
  input = '',
) {
  return await execa(process.execPath, [`dist/${name}.js`, ...args], {
    env: environment,
    input,
    reject: false,
    stripFinalNewline: false,
  });
}
