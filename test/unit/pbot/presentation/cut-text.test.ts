import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  brokenEndBytes,
  brokenStartBytes,
} from '../../../../services/pbot/presentation/cut-text.js';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });

describe('a cut text', () => {
  it('valid text that is cut anywhere has no broken character on either side of the cut', () => {
    fc.assert(
      fc.property(text, fc.nat(200), (whole, at) => {
        const bytes = Buffer.from(whole.replaceAll('\u{fffd}', ''));
        const place = at % (bytes.length + 1);
        const head = bytes.subarray(0, place);
        const tail = bytes.subarray(place);
        const shown = head.subarray(0, head.length - brokenEndBytes(head)).toString();
        const rest = tail.subarray(brokenStartBytes(tail)).toString();
        expect(shown + rest).not.toContain('\u{fffd}');
        expect(bytes.length - Buffer.byteLength(shown + rest)).toBeLessThanOrEqual(4);
      }),
    );
  });

  it.each([
    [[], 0],
    [[0x61], 0],
    [[0x61, 0xc3], 1],
    [[0xe2, 0x82], 2],
    [[0xf0, 0x9f, 0x98], 3],
    [[0xf0, 0x9f, 0x98, 0x80], 0],
    [[0x61, 0xff], 0],
    [[0x61, 0x80], 0],
    [[0x80, 0x80, 0x80, 0x80], 0],
  ])('the bytes %j end with %i bytes of a broken character', (bytes, count) => {
    expect(brokenEndBytes(Uint8Array.from(bytes))).toBe(count);
  });
});
