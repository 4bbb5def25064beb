// How long PBot waits for vm-client, from start to answer, beside a Node.js that does nothing: `npm run bench:vm-client`.
// It needs an Executor that runs, at PBOTVM_SERVER. OTHER_VM_CLIENT names a second vm-client to compare with.

import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { quantile } from './statistics.js';

const rounds = 30;
const words = ['-lang=sh', 'echo hello'];
const other = process.env['OTHER_VM_CLIENT'];

const programs: readonly (readonly [string, readonly string[]])[] = [
  ['bare Node.js', ['-e', '']],
  ['vm-client', [resolve('dist/vm-client.js'), ...words]],
  ...(other === undefined ? [] : [['other vm-client', [resolve(other), ...words]] as const]),
];

for (const [name, argv] of programs) {
  const timesMs = Array.from({ length: rounds }, () => startToEndMs(argv));
  const [p50, p90] = [0.5, 0.9].map((share) => Math.round(quantile(timesMs, share)));
  console.log(`${name.padEnd(16)} p50 ${p50} ms  p90 ${p90} ms`);
}

function startToEndMs(argv: readonly string[]): number {
  const beganMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - beganMs;
}
