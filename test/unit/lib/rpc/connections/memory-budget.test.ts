import { expect, it } from 'vitest';
import { MemoryBudget } from '../../../../../services/lib/rpc/connections/memory-budget.js';

it('whoever holds most must go when all of a budget is used', () => {
  const budget = new MemoryBudget(100);
  const ended: string[] = [];
  const a = budget.open(() => ended.push('a'));
  const b = budget.open(() => ended.push('b'));
  a.set(60);
  b.set(40);
  expect(ended).toEqual([]);
  b.set(41);
  expect(ended).toEqual(['a']);
  expect(budget.usedBytes).toBe(41);
  a.set(90);
  a.close();
  expect(budget.usedBytes).toBe(41);
});

it('what is given back can be used by others', () => {
  const budget = new MemoryBudget(100);
  const ended: string[] = [];
  const a = budget.open(() => ended.push('a'));
  const b = budget.open(() => ended.push('b'));
  a.set(100);
  a.set(10);
  b.set(90);
  a.close();
  b.set(100);
  expect(ended).toEqual([]);
});

it('one holder alone is stopped at the whole budget', () => {
  const budget = new MemoryBudget(100);
  const ended: string[] = [];
  budget.open(() => ended.push('a')).set(101);
  expect(ended).toEqual(['a']);
  expect(budget.usedBytes).toBe(0);
});
