import { expect, it } from 'vitest';
import { medianKbOf } from './garbage.js';
import { expectService } from './hostile-scene.js';

/** What each side sends in a round. */
const megabytes = 40;

/** Between those whose memory is compared. */
const roundsBetween = 2;

/**
 * Of what is sent. Whoever keeps garbage keeps all that a client or the guest sends; memory differs by 15 MB from round to round
 * without. A journey sends more, and finds smaller leaks.
 */
const keptShare = 0.25;

it('an Executor that is sent garbage by its clients and by a guest keeps none of it', async () => {
  // A process that has just started grows to its usual size first.
  await medianKbOf(2, { megabytes });
  const first = await medianKbOf(2, { megabytes });
  await medianKbOf(roundsBetween, { megabytes });
  const last = await medianKbOf(2, { megabytes });
  const sentKb = 2 * roundsBetween * megabytes * 1024;
  expect(Math.min(...last) - Math.max(...first)).toBeLessThan(keptShare * sentKb);
  await expectService();
}, 120_000);
