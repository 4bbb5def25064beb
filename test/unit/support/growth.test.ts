import { describe, expect, it } from 'vitest';
import { isQuadratic } from '../../support/growth.js';

describe('the growth of time', () => {
  it('of a function that looks at each character once is not quadratic', () => {
    expect(isQuadratic((length) => 'a'.repeat(length).replace(/./g, 'b'), 160_000)).toBe(false);
  });

  it('of a function that looks at the rest of the text from each character is quadratic', () => {
    expect(isQuadratic((length) => 'a'.repeat(length).search(/a+b/), 6400)).toBe(true);
  });
});
