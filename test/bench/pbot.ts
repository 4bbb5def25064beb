// What the comforts of PBot cost: a snippet of C as users type it, beside the whole program through gRPC: `npm run bench:pbot`.
// It needs an Executor that runs, at PBOTVM_SERVER (a port of this host).

import { Clients, textOf } from '../support/clients.js';
import { sendLine } from '../support/line-client.js';
import { milliseconds, printTable, quantile } from './statistics.js';

const rounds = 20;
const port = process.env['PBOTVM_SERVER'] ?? '9000';
const clients = new Clients({ ...process.env, PBOTVM_SERVER: port });

const whole = '#include <stdio.h>\nint main(void) {\n  printf("hi\\n");\n  return 0;\n}\n';
const wholeOfCpp = '#include <iostream>\nint main() {\n  std::cout << "hi\\n";\n}\n';

const rows: readonly (readonly [string, () => Promise<string>])[] = [
  ['whole program in c11, gRPC', () => run('c11', whole)],
  ['printf("hi\\n"); by a line', () => sendLine(Number(port), '-lang=c11 printf("hi\\n");')],
  ['whole program in c++, gRPC', () => run('c++', wholeOfCpp)],
  ['cout << "hi\\n"; by a line', () => sendLine(Number(port), '-lang=c++ cout << "hi\\n";')],
];

const times = new Map<string, number[]>(rows.map(([name]) => [name, []]));
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, answer] of rows) {
    const beganMs = performance.now();
    const text = await answer();
    if (text.trim() !== 'hi') throw new Error(`${name}: ${text}`);
    // The first one loads what is not in memory yet.
    if (round > 0) times.get(name)?.push(performance.now() - beganMs);
  }
}
clients.close();
printTable(
  'C and C++ of PBot',
  ['program', 'p50 (ms)', 'p90 (ms)'],
  [...times].map(([name, ms]) => [name, ...[0.5, 0.9].map((q) => milliseconds(quantile(ms, q)))]),
);

async function run(language: string, code: string): Promise<string> {
  const { run: phase } = await clients.execute({ language, code });
  return textOf(phase?.stdout);
}
