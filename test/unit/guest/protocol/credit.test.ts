// The window of credit: its arithmetic, and what holds of it whatever is spent and taken.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CreditError, CreditWindow } from '../../../../guest/protocol/credit.js';

describe('a window of credit', () => {
  it('a full window can be spent to its last byte, and no further', () => {
    const spent = CreditWindow.of(10).spend(4).spend(6);
    expect(spent.availableBytes).toBe(0);
    expect(() => spent.spend(1)).toThrow(CreditError);
  });

  it('credit goes back in portions, together with what was owed', () => {
    const first = CreditWindow.of(100, { portionBytes: 10 }).spend(12).giveBack(9);
    expect(first).toMatchObject({ grantedBytes: 0, window: { availableBytes: 88, owedBytes: 9 } });
    const second = first.window.giveBack(3);
    expect(second).toMatchObject({
      grantedBytes: 12,
      window: { availableBytes: 100, owedBytes: 0 },
    });
  });

  it('credit that a peer gives never gets above the window', () => {
    expect(
      CreditWindow.of(10)
        .spend(3)
        .receive(2 ** 32).availableBytes,
    ).toBe(10);
  });

  it('what was spent before a renewal gives nothing back', () => {
    const spent = CreditWindow.of(10).spend(8);
    const { window, grantedBytes } = spent.renew();
    expect(grantedBytes).toBe(8);
    expect(window.availableBytes).toBe(10);
    expect(window.giveBack(8, spent.epoch)).toEqual({ window, grantedBytes: 0 });
  });

  it('a renewal that is smaller than a portion is owed', () => {
    const { window, grantedBytes } = CreditWindow.of(100, { portionBytes: 10 }).spend(9).renew();
    expect(grantedBytes).toBe(0);
    expect(window.giveBack(1).grantedBytes).toBe(10);
  });

  it('credit is never negative nor above the window, and what is spent comes back, in any order', () => {
    const action = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ kind: fc.constant('spend' as const), bytes: fc.nat(40) }),
      },
      { weight: 5, arbitrary: fc.record({ kind: fc.constant('take' as const), bytes: fc.nat(3) }) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('renew' as const), bytes: fc.nat(0) }),
      },
    );
    const sizes = fc.record({ max: fc.integer({ min: 4, max: 100 }), part: fc.nat(25) });
    fc.assert(
      fc.property(sizes, fc.array(action), ({ max, part }, actions) => {
        const portionBytes = Math.min(part, max);
        let receiver = CreditWindow.of(max, { portionBytes });
        let sender = CreditWindow.of(max);
        let pending: { bytes: number; epoch: number }[] = [];
        const receive = ({ window, grantedBytes }: ReturnType<CreditWindow['renew']>) => {
          receiver = window;
          sender = sender.receive(grantedBytes);
        };
        const takeOne = () => {
          const taken = pending.shift();
          if (taken !== undefined) receive(receiver.giveBack(taken.bytes, taken.epoch));
        };
        for (const { kind, bytes } of actions) {
          if (kind === 'renew') receive(receiver.renew());
          else if (kind === 'take') takeOne();
          else if (bytes > sender.availableBytes) {
            expect(() => sender.spend(bytes)).toThrow(CreditError);
          } else {
            sender = sender.spend(bytes);
            receiver = receiver.spend(bytes);
            pending.push({ bytes, epoch: receiver.epoch });
          }
          const outstanding = pending
            .filter(({ epoch }) => epoch === receiver.epoch)
            .reduce((sum, each) => sum + each.bytes, 0);
          expect(receiver.availableBytes).toBeGreaterThanOrEqual(0);
          expect(receiver.availableBytes).toBeLessThanOrEqual(max);
          expect(receiver.availableBytes + receiver.owedBytes + outstanding).toBe(max);
          expect(sender.availableBytes).toBe(receiver.availableBytes);
        }
        while (pending.length > 0) takeOne();
        pending = [];
        expect(receiver.availableBytes + receiver.owedBytes).toBe(max);
        expect(receiver.owedBytes).toBeLessThan(Math.max(1, portionBytes));
      }),
    );
  });
});
