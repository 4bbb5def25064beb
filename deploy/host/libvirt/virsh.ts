// Runs virsh, the command of libvirt, and names what went wrong.

import { UserError } from '../../../services/lib/process/user-error.js';
import type { HypervisorErrorKind } from '../../../services/snapshot/hypervisor.js';
import { parseFailure } from '../../../services/snapshot/virsh-output.js';
import { runCommand } from '../command.js';

/** Runs one subcommand of virsh and returns what it printed. Rejects with VirshError. */
export type Virsh = (subcommand: string, ...args: string[]) => Promise<string>;

/** A virsh that failed. */
export class VirshError extends UserError {
  override readonly name = 'VirshError';
  readonly kind: HypervisorErrorKind;
  /** One line without a full stop, as libvirt says it. */
  readonly reason: string;

  constructor(subcommand: string, { kind, reason }: { kind: HypervisorErrorKind; reason: string }) {
    super(`virsh ${subcommand} has failed: ${reason}`);
    this.kind = kind;
    this.reason = reason;
  }
}

/** The program virsh, found on PATH, connected to one libvirt. */
export function connectVirsh(options: {
  uri: string;
  /** What virsh runs with, and where it is found. */
  environment: NodeJS.ProcessEnv;
  timeoutMs: number;
}): Virsh {
  const { uri, environment, timeoutMs } = options;
  return async (subcommand, ...args) => {
    const command = ['virsh', '-q', '-c', uri, subcommand, ...args] as const;
    const result = await runCommand(command, { environment, timeoutMs });
    const failed = (kind: HypervisorErrorKind, reason: string) =>
      new VirshError(subcommand, { kind, reason });
    switch (result.kind) {
      case 'ended': {
        if (result.exitCode === 0) return result.stdout;
        const { kind, message } = parseFailure(result.stderr);
        throw failed(kind, message);
      }
      case 'not-found':
        throw failed('VIRSH_MISSING', 'there is no virsh on PATH');
      case 'timed-out':
        throw failed('TIMED_OUT', `virsh ${subcommand} took longer than ${timeoutMs} ms`);
      case 'broken':
        throw failed('OTHER', result.reason);
    }
  };
}
