import { HypervisorError } from '../../../services/snapshot/hypervisor.js';
import { parseFailure } from '../../../services/snapshot/virsh-output.js';
import { commandTimeoutMs, runCommand } from './command.js';

/** Runs one subcommand of virsh and returns what it printed. Rejects with HypervisorError. */
export type Virsh = (subcommand: string, ...words: string[]) => Promise<string>;

/** The program virsh, found on PATH, speaking to one libvirt connection. */
export function connectVirsh(options: { uri: string; environment: NodeJS.ProcessEnv }): Virsh {
  return async (subcommand, ...words) => {
    const command = ['virsh', '-q', '-c', options.uri, subcommand, ...words] as const;
    const result = await runCommand(command, options.environment);
    switch (result.kind) {
      case 'ended':
        if (result.exitCode === 0) return result.stdout;
        throw parseFailure(result.stderr);
      case 'not-found':
        throw new HypervisorError('VIRSH_MISSING', 'there is no virsh on PATH');
      case 'timed-out':
        throw new HypervisorError(
          'TIMED_OUT',
          `virsh ${subcommand} took longer than ${commandTimeoutMs} ms`,
        );
      case 'broken':
        throw new HypervisorError('OTHER', result.reason);
    }
  };
}
