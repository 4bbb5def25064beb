import { expect, it } from 'vitest';
import { opsAddressOf } from '../../../../services/lib/ops/settings.js';

it('the three services of a host have three ports in a row', () => {
  const configured = { kind: 'tcp', host: '::1', port: 9300 } as const;
  expect(opsAddressOf('executor', configured)).toEqual(configured);
  expect(opsAddressOf('watchdog', configured).port).toBe(9301);
  expect(opsAddressOf('snapshot', configured).port).toBe(9302);
});
