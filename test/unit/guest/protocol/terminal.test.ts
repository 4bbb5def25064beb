import { expect, it } from 'vitest';
import { isTerminalSize } from '../../../../guest/protocol/terminal.js';

it.each([
  [0, false],
  [1, true],
  [1000, true],
  [1001, false],
  [2 ** 32 - 1, false],
])('a terminal of %d rows or columns is possible: %s', (count, isPossible) => {
  expect(isTerminalSize(count)).toBe(isPossible);
});
