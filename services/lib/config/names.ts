// Names of domains and snapshots that are safe as arguments of commands.

import * as z from 'zod';

/** Name of a libvirt domain that can be an argument of a command and a part of a path. */
export const domainName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.+:-]{0,63}$/, {
  error: 'must be the name of a libvirt domain, such as pbot-vm',
});

/** Name of a snapshot that can be an argument of QEMU's human monitor. */
export const snapshotNameText = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/, {
  error: 'must be 1 to 64 letters, digits, dots, dashes and underscores',
});
