// Writes rows as a table of Markdown.

/** @param rows one cell for each heading; a cell may hold Markdown */
export function markdownTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return [headings, headings.map(() => '---'), ...rows].map(line).join('\n');
}

export function code(text: string): string {
  return `\`${text}\``;
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
