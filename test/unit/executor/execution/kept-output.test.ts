import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeptOutput } from '../../../../services/executor/execution/kept-output.js';

function keep(maxBytes: number, pieces: readonly Uint8Array[]) {
  const kept = new KeptOutput(maxBytes);
  for (const piece of pieces) kept.add(piece);
  return kept.close();
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe('kept output', () => {
  it('kept output is all of it where there is room', () => {
    const { head, droppedBytes, tail } = keep(10, [Buffer.from('01234'), Buffer.from('56789')]);
    expect([text(head), droppedBytes, text(tail)]).toEqual(['0123456789', 0, '']);
  });

  it('kept output is both ends of what is more', () => {
    const { head, droppedBytes, tail } = keep(5, [Buffer.from('0123'), Buffer.from('456789')]);
    expect([text(head), droppedBytes, text(tail)]).toEqual(['012', 5, '89']);
  });

  it('kept output is of the size that is asked for, and adds up to what was printed, whatever came in which pieces', () => {
    const anyPieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.nat(100), anyPieces, (maxBytes, pieces) => {
        const all = Buffer.concat(pieces);
        const { head, droppedBytes, tail } = keep(maxBytes, pieces);
        expect(head.length + droppedBytes + tail.length).toBe(all.length);
        expect(head.length + tail.length).toBe(Math.min(maxBytes, all.length));
        expect(all.subarray(0, head.length).equals(head)).toBe(true);
        expect(all.subarray(all.length - tail.length).equals(tail)).toBe(true);
        if (droppedBytes === 0) expect(tail.length).toBe(0);
        else expect(head.length - tail.length).toBe(maxBytes % 2);
      }),
      { numRuns: 1000 },
    );
  });
});
