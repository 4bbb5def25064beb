import { describe, expect, it } from 'vitest';
import { describeLimits } from '../../../../services/lib/config/limit-help.js';
import { parseLimitTable } from '../../../../services/lib/config/limit-table.js';

interface Row {
  readonly objects: readonly string[];
  readonly key: string;
  readonly cells: readonly string[];
}

/** The rows of the table: its first line is what the columns are. */
const rows: Row[] = describeLimits()
  .split('\n')
  .filter((line) => line.startsWith('  '))
  .map((line) => {
    const [objects = '', key = '', ...cells] = line.trim().split(/ {2,}/);
    return { objects: objects.split(', '), key, cells };
  });

const row = (key: string) => rows.find((each) => each.key === key)?.cells;

describe('the help for the file of limits', () => {
  it('has each limit in the units of the file', () => {
    expect(row('wall_time')).toEqual(['seconds', '-', '-', '3600']);
    expect(row('cpu_time')).toEqual(['seconds', '-', '3600', '3600']);
    expect(row('processes')).toEqual(['number', '256', '256', '500']);
    expect(row('output_bytes')).toEqual(['bytes', '1048576', '134217728', 'any']);
  });

  it('leaves out the default of a limit that no request can set', () => {
    expect(row('returned_files')).toEqual(['number', '256', '4096']);
  });

  it('names keys that the file takes, up to the amount that it shows', () => {
    expect(rows).toHaveLength(11);
    for (const { objects, key, cells } of rows) {
      const most = cells.at(-1) === 'any' ? 2 ** 50 : Number(cells.at(-1));
      const file = (amount: number) => {
        const range = cells.length === 3 ? { max: amount } : { default: 1, max: amount };
        return JSON.stringify(
          Object.fromEntries(objects.map((object) => [object, { [key]: range }])),
        );
      };
      expect(() => parseLimitTable(file(most))).not.toThrow();
      if (cells.at(-1) !== 'any') expect(() => parseLimitTable(file(most + 1))).toThrow(key);
    }
  });
});
