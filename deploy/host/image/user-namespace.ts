// Runs programs as the owner of the guest's files: as root, or in a user namespace.

import { UserError } from '../../../services/lib/process/user-error.js';
import { findTool, type Tool } from '../tools.js';
import { type RunToolOptions, runTool } from './tools.js';

/** Where programs run as the owner of the guest's files. */
export interface UserNamespace {
  /** In the words of mmdebstrap. */
  readonly mode: 'root' | 'unshare';
  /** Programs that it needs. */
  readonly tools: readonly Tool[];
  run(command: readonly [string, ...string[]], options: RunToolOptions): Promise<void>;
}

/**
 * Files of the image belong to the guest's root. Root writes them as they are; another user does so in a user namespace.
 *
 * @throws UserError on a host that can't run the guest's programs
 */
export function userNamespace(): UserNamespace {
  if (process.arch !== 'x64') {
    throw new UserError(
      `The guest image is built for amd64 on amd64 hosts alone; this host is ${process.arch}. ` +
        'Build it on an amd64 machine and copy the cache directory.',
    );
  }
  if (process.getuid?.() === 0) {
    return {
      mode: 'root',
      tools: [],
      run: async (command, options) => {
        await runTool(command, options);
      },
    };
  }
  return {
    mode: 'unshare',
    tools: ['newuidmap', 'newgidmap'],
    run: async ([name, ...args], options) => {
      // The helper searches the path of the caller, who may have no sbin there.
      const command = [findTool(name) ?? name, ...args];
      await runTool(['mmdebstrap', '--unshare-helper', ...command], options);
    },
  };
}
