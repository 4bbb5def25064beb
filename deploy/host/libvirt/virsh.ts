import { execa } from 'execa';
import { DeployError } from '../deploy-error.js';

const timeoutMs = 60_000;

export interface VirshResult {
  readonly failed: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs virsh and tells how it went. */
export async function tryVirsh(uri: string, args: readonly string[]): Promise<VirshResult> {
  const { failed, stdout, stderr, shortMessage } = await execa(
    'virsh',
    ['-q', '-c', uri, ...args],
    {
      env: { LC_ALL: 'C' },
      reject: false,
      stdin: 'ignore',
      timeout: timeoutMs,
    },
  );
  return { failed, stdout, stderr: stderr === '' ? (shortMessage ?? '') : stderr };
}

/**
 * Runs virsh.
 *
 * @returns what it printed
 * @throws DeployError
 */
export async function virsh(uri: string, args: readonly string[]): Promise<string> {
  const result = await tryVirsh(uri, args);
  if (!result.failed) return result.stdout;
  throw new DeployError(`virsh ${args[0]} has failed: ${result.stderr.trim()}`);
}
