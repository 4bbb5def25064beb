import { expect, it } from 'vitest';
import { CollectionPolicy } from '../../../../services/lib/process/idle-collection.js';

const mebibyte = 1024 * 1024;
const quiet = (mebibytes: number) => ({ utilization: 0.01, heldBytes: mebibytes * mebibyte });
const busy = (mebibytes: number) => ({ utilization: 0.9, heldBytes: mebibytes * mebibyte });

it('garbage is collected when the process is quiet, and never when it is busy', () => {
  const policy = new CollectionPolicy(20 * mebibyte);
  expect(policy.isTime(busy(500))).toBe(false);
  expect(policy.isTime(quiet(500))).toBe(true);
});

it('a process that has not grown is left alone', () => {
  const policy = new CollectionPolicy(20 * mebibyte);
  expect(policy.isTime(quiet(28))).toBe(false);
  expect(policy.isTime(quiet(29))).toBe(true);
});

it('what a collection has left is needed, and is no reason for the next one', () => {
  const policy = new CollectionPolicy(20 * mebibyte);
  policy.collected(100 * mebibyte);
  expect(policy.isTime(quiet(105))).toBe(false);
});

it('growth counts from the least that was in use', () => {
  const policy = new CollectionPolicy(100 * mebibyte);
  expect(policy.isTime(quiet(40))).toBe(false);
  expect(policy.isTime(quiet(49))).toBe(true);
});
