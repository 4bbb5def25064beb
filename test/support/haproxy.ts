// Finds and runs the HAProxy of this host.

import { execa } from 'execa';

/** Packages put it where users seldom look. */
export const haproxyEnvironment = {
  ...process.env,
  PATH: `${process.env['PATH']}:/usr/sbin:/usr/local/sbin`,
};

/**
 * Runs it to its end.
 *
 * @returns what it has printed
 * @throws Error that says what to install, or what HAProxy has said
 */
export async function haproxy(args: readonly string[]): Promise<string> {
  const result = await execa('haproxy', args, {
    env: haproxyEnvironment,
    all: true,
    reject: false,
  });
  if (!result.failed) return result.all;
  if (result.code !== 'ENOENT') throw new Error(`haproxy ${args.join(' ')}: ${result.all}`);
  throw new Error('this test needs HAProxy: install the package haproxy');
}
