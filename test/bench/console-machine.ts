// A machine for benches that look at its guest as root. It is never reverted.

import { Clients, textOf } from '../support/clients.js';
import { guestImage, HandMadeMachine } from '../support/hand-made-machine.js';
import { freePorts } from '../support/ports.js';
import { RootConsole, withRootConsole } from '../support/root-console.js';

export interface ConsoleMachine {
  readonly root: RootConsole;
  /** Runs `sh -c 'echo hello'` in a sandbox. */
  readonly sayHello: () => Promise<void>;
}

/** Makes the machine with its services for the work, and removes it afterwards. */
export async function withConsoleMachine(
  work: (machine: ConsoleMachine) => Promise<void>,
): Promise<void> {
  const machine = await HandMadeMachine.create('pbot-vm-bench');
  const clients = new Clients(machine.environment);
  try {
    const [consolePort] = (await freePorts(1)) as [number];
    await machine.define(
      { path: (await guestImage()).diskPath, format: 'qcow2' },
      { channels: 'virtio-serial', adapt: (xml) => withRootConsole(xml, consolePort) },
    );
    await machine.virsh('start', machine.domain);
    machine.startServices({ PBOTVM_NOREVERT: '1', PBOTVM_TIMEOUT: '60' });
    await clients.ready();
    const root = await RootConsole.connect(consolePort);
    await work({ root, sayHello: () => sayHello(clients) });
    root.close();
  } finally {
    clients.close();
    await machine.remove();
  }
}

async function sayHello(clients: Clients): Promise<void> {
  const { run } = await clients.execute({ code: 'echo hello' });
  if (textOf(run?.stdout) !== 'hello\n') throw new Error('hello was wrong');
}
