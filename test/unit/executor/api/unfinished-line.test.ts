import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UnfinishedLine } from '../../../../services/executor/api/unfinished-line.js';

const pieces = fc.array(fc.uint8Array({ maxLength: 70_000 }), { maxLength: 20 });

it('a line is what was appended, however it was cut', () => {
  fc.assert(
    fc.property(pieces, (parts) => {
      const line = new UnfinishedLine();
      for (const part of parts) line.append(Buffer.from(part));
      const whole = Buffer.concat(parts);
      expect(line.bytes).toBe(whole.length);
      expect(line.take().equals(whole)).toBe(true);
      expect([line.bytes, line.heldBytes]).toEqual([0, 0]);
      line.append(Buffer.from('next'));
      expect(line.take().toString()).toBe('next');
    }),
  );
});

it('a line holds little more memory than it has bytes, even if it comes byte by byte', () => {
  const line = new UnfinishedLine();
  const byte = Buffer.from('x');
  for (let count = 0; count < 300_000; count += 1) line.append(byte);
  expect(line.heldBytes).toBeGreaterThanOrEqual(300_000);
  expect(line.heldBytes).toBeLessThanOrEqual(300_000 + 64 * 1024);
});

it('a short line holds one small block', () => {
  const line = new UnfinishedLine();
  line.append(Buffer.from('sh echo hello'));
  expect(line.heldBytes).toBe(4096);
});

it('what came at once is counted with all of the memory that it is a part of', () => {
  const line = new UnfinishedLine();
  line.append(Buffer.alloc(64 * 1024).subarray(0, 40 * 1024));
  expect([line.bytes, line.heldBytes]).toEqual([40 * 1024, 64 * 1024]);
});
