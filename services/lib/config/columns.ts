// Sets texts in columns, for `--help`.

/** One line a row, indented; each column but the last is as wide as its widest cell. */
export function inColumns(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map((row) => {
      const last = row.length - 1;
      const cells = row.map((cell, i) => (i === last ? cell : cell.padEnd(width(i))));
      return `  ${cells.join('  ')}`;
    })
    .join('\n');
}
