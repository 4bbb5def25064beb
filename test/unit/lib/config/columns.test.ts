import { expect, it } from 'vitest';
import { inColumns } from '../../../../services/lib/config/columns.js';

it('columns are as wide as their widest cells, and no line ends with spaces', () => {
  const rows = [
    ['a', '', 'last'],
    ['long', 'b', 'z'],
  ];
  expect(inColumns(rows)).toBe('  a        last\n  long  b  z');
});
