// How long a person or PBot waits for vm-client and vm-exec, from start to answer, beside a Node.js that does nothing:
// `npm run bench:clients`. All take turns. It needs an Executor that runs, at PBOTVM_SERVER. OTHER_DIST names a second `dist`.

import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { milliseconds, printTable, quantile } from './statistics.js';

const rounds = 30;
const other = process.env['OTHER_DIST'];

/** Node.js 20 decodes these certificates at each start, for whatever program: 37 ms for those of Debian. */
const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;

const clients = [
  ['vm-client', '-lang=sh', 'echo hello'],
  ['vm-exec', '-lang=sh', 'echo hello'],
] as const;

const programs: readonly (readonly [string, readonly string[]])[] = [
  ['bare Node.js', ['-e', '']],
  ...clients.map((words) => of('dist', words)),
  ...(other === undefined ? [] : clients.map((words) => of(other, words))),
];

const times = programs.map((): number[] => []);
for (let round = 0; round < rounds; round += 1) {
  for (const [i, [, argv]] of programs.entries()) times[i]?.push(startToEndMs(argv));
}
printTable(
  `From start to answer, ${rounds} times each`,
  ['program', 'p50 (ms)', 'p90 (ms)'],
  programs.map(([name], i) => [
    name,
    ...[0.5, 0.9].map((share) => milliseconds(quantile(times[i] ?? [], share))),
  ]),
);

function of(dist: string, [name, ...words]: readonly [string, ...string[]]) {
  return [`${dist}: ${name}`, [resolve(join(dist, `${name}.js`)), ...words]] as const;
}

function startToEndMs(argv: readonly string[]): number {
  const beganMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, argv, {
    encoding: 'utf8',
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - beganMs;
}
