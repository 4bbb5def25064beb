import { expect, test } from 'vitest';
import { medianKbOf } from '../integration/executor/garbage.js';
import { expectService } from '../integration/executor/hostile-scene.js';

/** What each side sends in a round. */
const megabytes = 100;

test('an Executor that is sent garbage by more than a gigabyte from each side does not grow', async () => {
  // A process that has just started grows to its usual size first.
  await medianKbOf(4, { megabytes });
  // Single rounds differ by more than what is looked for; what is kept of each would add up.
  const first = await medianKbOf(3, { megabytes });
  await medianKbOf(4, { megabytes });
  const last = await medianKbOf(3, { megabytes });
  expect(Math.min(...last)).toBeLessThan(1.05 * Math.max(...first));
  await expectService();
});
