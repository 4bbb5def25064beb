// Runs a program of the host and says how it ended.

import { execa } from 'execa';

/** How a program of the host ended. */
export type CommandResult =
  | {
      readonly kind: 'ended';
      readonly exitCode: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'timed-out' }
  /** It could not be started, or a signal ended it. */
  | { readonly kind: 'broken'; readonly reason: string };

/** Runs a program of the host, without a shell and with untranslated messages. */
export async function runCommand(
  command: readonly [string, ...string[]],
  options: { environment: NodeJS.ProcessEnv; timeoutMs: number },
): Promise<CommandResult> {
  const [name, ...args] = command;
  const result = await execa(name, args, {
    env: { ...options.environment, LC_ALL: 'C' },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    timeout: options.timeoutMs,
    killSignal: 'SIGKILL',
  });
  if (result.timedOut) return { kind: 'timed-out' };
  if (result.code === 'ENOENT') return { kind: 'not-found' };
  const { exitCode, stdout, stderr } = result;
  if (exitCode === undefined) {
    return { kind: 'broken', reason: result.shortMessage ?? `${name} did not end by itself` };
  }
  return { kind: 'ended', exitCode, stdout, stderr };
}
