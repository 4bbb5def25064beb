import net, { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';

it('the quick check of addresses answers as that of Node.js does', async () => {
  const slowly = isIPv6;
  await import('../../../services/cli/quick-ip-check.js');
  expect(net.isIPv6).not.toBe(slowly);
  const scoped = fc.ipV6().map((address) => `${address}%lo`);
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), scoped, fc.string(), fc.domain()), (text) => {
      expect(net.isIPv6(text)).toBe(slowly(text));
    }),
  );
});
