// The newest Node.js of npm's package `node`, for tests of what guests with newer distributions have.

import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';

/** Kept from one run to the next: it is large, and npm only asks whether there is a newer one. */
const folder = resolve('node_modules/.cache/pbot-vm/newest-node');

/** @returns the directory that has the command `node` */
export async function newestNodeDirectory(): Promise<string> {
  const bin = join(folder, 'node_modules/node/bin');
  const options = ['--no-save', '--no-audit', '--no-fund', '--prefix', folder];
  try {
    await execa('npm', ['install', '--silent', ...options, 'node@latest']);
  } catch (error) {
    // Without the network the one of an earlier run will do.
    await access(join(bin, 'node')).catch(() => {
      throw error;
    });
  }
  return bin;
}
