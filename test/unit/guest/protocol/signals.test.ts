import { constants } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signalName, signalNumber } from '../../../../guest/protocol/signals.js';

const allNumbers = Array.from({ length: 64 }, (_, index) => index + 1);

describe('the names of signals', () => {
  it.each([
    [1, 'SIGHUP'],
    [6, 'SIGABRT'],
    [16, 'SIGSTKFLT'],
    [29, 'SIGIO'],
    [31, 'SIGSYS'],
    [32, 'SIG32'],
    [33, 'SIG33'],
    [34, 'SIGRTMIN'],
    [37, 'SIGRTMIN+3'],
    [49, 'SIGRTMIN+15'],
    [50, 'SIGRTMAX-14'],
    [63, 'SIGRTMAX-1'],
    [64, 'SIGRTMAX'],
  ])('the signal %i is called %s', (number, name) => {
    expect(signalName(number)).toBe(name);
  });

  it('every signal of Linux has a name of its own, which gives back its number', () => {
    expect(new Set(allNumbers.map(signalName)).size).toBe(64);
    for (const number of allNumbers) expect(signalNumber(signalName(number))).toBe(number);
  });

  it('the standard signals have the numbers of this Linux', () => {
    const aliases = ['SIGIOT', 'SIGPOLL', 'SIGUNUSED'];
    for (const [name, number] of Object.entries(constants.signals))
      if (!aliases.includes(name)) expect(signalNumber(name)).toBe(number);
  });

  it('no other text is the name of a signal', () => {
    const known = new Set(allNumbers.map(signalName));
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!known.has(text));
        expect(signalNumber(text)).toBeUndefined();
      }),
    );
  });
});
