// Quantiles and tables for benches.

import Table from 'cli-table3';

/** The value below which the given share (0 to 1) of the samples lies. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export function milliseconds(ms: number): string {
  return ms.toFixed(ms < 10 ? 2 : 0);
}

export function printTable(
  title: string,
  head: readonly string[],
  rows: readonly string[][],
): void {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  table.push(...rows);
  process.stdout.write(`\n${title}\n${table.toString()}\n`);
}
