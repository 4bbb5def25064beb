// The guest server's command line and its help text.

import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { maxCapacity } from './session/shares.js';

/** The arguments of the guest server. */
export interface GuestArguments {
  /** Device or `listen:PORT`. */
  readonly data: string;
  readonly heart: string;
  /** File with the secret that the host must know, where there is one. */
  readonly secretPath: string | undefined;
  /** Executions at the same time; by default what the guest is large enough for. */
  readonly capacity?: number;
  /** Programs run without sandboxes, as the server's own user, and the system is left alone. For tests on a host. */
  readonly unconfined: boolean;
  /** For the files of programs that are unconfined; sandboxes bring their own. */
  readonly workDirectory: string;
  readonly help: boolean;
  readonly version: boolean;
}

export const helpText = `Usage: guest-server [options]

Runs programs for the host. It is meant to be started at boot, as root, inside the virtual machine.

  --data PLACE      data channel: a device, or listen:PORT (default: the virtio port
                    pbot-vm.data.0 where there is one, else /dev/ttyS1)
  --heart PLACE     heartbeat channel (default: pbot-vm.heart.0, else /dev/ttyS2)
  --capacity COUNT  executions at the same time, 1 to ${maxCapacity} (default: 2 for each processor, as far as the
                    memory is enough, at most 4)
  --secret FILE     the secret that the host must know (default: /etc/pbot-vm/secret, else what QEMU hands in, if there is one)
  --unconfined      run programs as this user, without sandboxes; only for tests on a host
  --work-dir DIR    for the files of programs that are unconfined (default /var/tmp/pbot-vm-guest)
  --help            print this text
  --version         print the version
`;

/** @throws TypeError for an option that is not known, RangeError for a capacity that is none */
export function readArguments(argv: readonly string[]): GuestArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      data: { type: 'string', default: firstDevice('pbot-vm.data.0', '/dev/ttyS1') },
      heart: { type: 'string', default: firstDevice('pbot-vm.heart.0', '/dev/ttyS2') },
      secret: { type: 'string' },
      capacity: { type: 'string' },
      'work-dir': { type: 'string', default: '/var/tmp/pbot-vm-guest' },
      unconfined: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      version: { type: 'boolean', default: false },
    },
  });
  return {
    data: values.data,
    heart: values.heart,
    secretPath: values.secret,
    ...(values.capacity === undefined ? {} : { capacity: readCapacity(values.capacity) }),
    unconfined: values.unconfined,
    workDirectory: values['work-dir'],
    help: values.help,
    version: values.version,
  };
}

function readCapacity(text: string): number {
  const capacity = Number(text);
  if (Number.isInteger(capacity) && capacity >= 1 && capacity <= maxCapacity) return capacity;
  throw new RangeError(`--capacity must be a whole number from 1 to ${maxCapacity}, not "${text}"`);
}

function firstDevice(virtioPort: string, serialPort: string): string {
  const path = `/dev/virtio-ports/${virtioPort}`;
  return existsSync(path) ? path : serialPort;
}
