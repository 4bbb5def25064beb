// The attacks of the bench: those of the tests, and some that last.

import {
  type Attack,
  attacks,
  openWithoutUse,
  resetAndClose,
  unfinishedLines,
} from '../support/hostile-attacks.js';

const megabyte = 1024 * 1024;

export const benchAttacks: readonly Attack[] = [
  ...attacks,
  {
    name: '1064 connections that open 1001 streams, reset each and close',
    answer: undefined,
    async run(port, { path }) {
      await resetAndClose(port, { connections: 1064, streams: 1001, path });
      return [];
    },
  },
  {
    name: '2000 connections without use',
    answer: undefined,
    run: (port) => openWithoutUse(port, 2000),
  },
  {
    name: '60 lines of 8 MiB without an end',
    answer: undefined,
    async run(port) {
      const lines = await unfinishedLines(port, { count: 60, bytes: 8 * megabyte });
      await Promise.all(lines.map(({ answer }) => answer));
      return [];
    },
  },
];
