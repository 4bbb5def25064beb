// Prints the result of a soak as tables.

import { milliseconds, printTable, quantile } from '../bench/statistics.js';
import type { Ledger, Row } from './ledger.js';

/** Prints what came of the requests, and how often each machine was put back. */
export function report(ledger: Ledger, reverts: ReadonlyMap<string, number>): void {
  const programs = [...ledger.rows('program'), ledger.total()];
  printTable('What was asked', ['program', ...countHeads, ...timeHeads], programs.map(cells));
  printTable('How', ['protocol', ...countHeads, ...timeHeads], ledger.rows('protocol').map(cells));
  printTable(
    'Reverts',
    ['machine', 'times'],
    [...reverts].map(([machine, times]) => [machine, String(times)]),
  );
  for (const detail of ledger.details()) process.stdout.write(`${detail}\n`);
}

const countHeads = ['accepted', 'answered', 'right', 'wrong', 'unknown', 'lost', 'refused before'];

/** Of right answers, from the last try on, in the queue too. */
const timeHeads = ['p50 (ms)', 'p90 (ms)'];

function cells({ name, refused, ms, ...counts }: Row): string[] {
  const { accepted, answered, right, wrong, unknown, lost } = counts;
  return [
    name,
    ...[accepted, answered, right, wrong, unknown, lost].map(String),
    [...refused].map(([reason, times]) => `${reason} ${times}`).join('\n'),
    ...[0.5, 0.9].map((share) => (ms.length === 0 ? '' : milliseconds(quantile(ms, share)))),
  ];
}
