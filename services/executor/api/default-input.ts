// What programs of PBot's users read where they give no standard input.

import { existsSync } from 'node:fs';
import { execa } from 'execa';
import type { Log } from '../../lib/process/log.js';

const timeoutMs = 1000;

/** Debian puts games where the PATH of services does not reach. */
const ofDebian = '/usr/games/fortune';

/** @returns gives one standard input: nothing, or a fortune where the host has the command */
export function defaultInput(kind: 'none' | 'fortune', log: Log): () => Promise<Uint8Array> {
  if (kind === 'none') return () => Promise.resolve(new Uint8Array());
  return async () => {
    try {
      const command = existsSync(ofDebian) ? ofDebian : 'fortune';
      const { stdout } = await execa(command, { timeout: timeoutMs, stderr: 'ignore' });
      return Buffer.from(`${stdout}\n`);
    } catch (error) {
      log.warn({ err: error }, 'PBOTVM_STDIN: the command fortune does not work');
      return new Uint8Array();
    }
  };
}
