import { expect, it } from 'vitest';
import {
  defaultRecoveryBounds,
  recoveryBounds,
} from '../../../../services/watchdog/policy/bounds.js';

it('a guest that only beats has no less time than one that answers probes', () => {
  const { heartbeat } = recoveryBounds({ heartbeatTimeoutMs: 20_000 });
  expect(heartbeat).toMatchObject({ answeringGuestMs: 20_000, beatingGuestMs: 20_000 });
});

it('a short heartbeat time-out leaves a guest that only beats, and a first heartbeat, their time', () => {
  const { heartbeat, firstHeartbeatMs } = recoveryBounds({ heartbeatTimeoutMs: 1_000 });
  expect(heartbeat).toMatchObject({ answeringGuestMs: 1_000, beatingGuestMs: 15_000 });
  expect(firstHeartbeatMs).toBe(60_000);
});

it('a first heartbeat may take as long as a silence', () => {
  const { firstHeartbeatMs } = recoveryBounds({ heartbeatTimeoutMs: 120_000 });
  expect(firstHeartbeatMs).toBe(120_000);
});

it('the default of the setting gives the default bounds', () => {
  expect(recoveryBounds({ heartbeatTimeoutMs: 3_000 })).toEqual(defaultRecoveryBounds);
});
