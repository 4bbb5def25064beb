import { milliseconds, printTable, quantile } from '../bench/statistics.js';
import { type Row, totalOf } from './ledger.js';

/** Prints what came of the requests, kind by kind, and all together. */
export function reportRows(rows: readonly Row[]): void {
  printTable(
    'Requests (times in ms, of right answers from the last try on)',
    [
      'kind',
      'accepted',
      'answered once',
      'right',
      'wrong',
      'unknown',
      'lost',
      'refused',
      'p50',
      'p90',
    ],
    [...rows, totalOf(rows)].map((row) => [
      row.kind,
      String(row.accepted),
      String(row.answered),
      String(row.right),
      String(row.wrong),
      String(row.unknown),
      String(row.lost),
      [...row.refused].map(([reason, times]) => `${reason} ${times}`).join('\n'),
      row.ms.length === 0 ? '' : milliseconds(quantile(row.ms, 0.5)),
      row.ms.length === 0 ? '' : milliseconds(quantile(row.ms, 0.9)),
    ]),
  );
}
