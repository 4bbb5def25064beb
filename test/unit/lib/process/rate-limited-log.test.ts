import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RateLimitedLog } from '../../../../services/lib/process/rate-limited-log.js';
import { keepingLog } from '../loopback.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function start() {
  const { log, lines } = keepingLog();
  const rateLimited = new RateLimitedLog(log);
  const write = (kind: string) =>
    rateLimited.write('warn', { kind, details: { from: kind }, message: 'something' });
  /** What was logged since the last look. */
  const news = () =>
    lines.splice(0).map((line) => {
      const { level, from, kind, leftOut } = JSON.parse(line) as Record<string, unknown>;
      expect(level).toBe(40);
      return from ?? `${String(kind)}: ${String(leftOut)} more`;
    });
  return { write, news };
}

describe('a rate-limited log', () => {
  it('the first line of each kind is written at once, and the number of the others 10 s later', () => {
    const { write, news } = start();
    for (let i = 0; i < 1000; i += 1) write('a');
    write('b');
    write('b');
    expect(news()).toEqual(['a', 'b']);
    vi.advanceTimersByTime(9999);
    write('b');
    expect(news()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(news()).toEqual(['a: 999 more', 'b: 2 more']);
  });

  it('after the count of a kind its next line is written at once', () => {
    const { write, news } = start();
    write('a');
    vi.advanceTimersByTime(10_000);
    expect(news()).toEqual(['a']);
    write('a');
    write('a');
    expect(news()).toEqual(['a']);
    vi.advanceTimersByTime(10_000);
    expect(news()).toEqual(['a: 1 more']);
    vi.advanceTimersByTime(60_000);
    expect(news()).toEqual([]);
  });
});
