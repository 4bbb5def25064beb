import { describe, expect, it } from 'vitest';
import { c11 } from '../../../../guest/languages/c/c11.js';
import { sh } from '../../../../guest/languages/shells/sh.js';
import { describeOffer } from '../../../../guest/server/session/readiness.js';
import { serverVersion } from '../../../../guest/server/session/version.js';

describe('what a guest server says when it serves', () => {
  it('a guest server names its ports, its capacity and its languages in one line', () => {
    const line = describeOffer({
      data: '/dev/ttyS1',
      heart: '/dev/ttyS2',
      capacity: 2,
      memoryBytes: 300.5 * 1024 * 1024,
      hasSecret: true,
      languages: [
        { language: c11, version: 'gcc 14' },
        { language: sh, version: 'dash' },
      ],
    });
    expect(line).toBe(
      `version ${serverVersion} serves on /dev/ttyS1, heartbeat on /dev/ttyS2; 2 programs at a time, 300 MiB each; ` +
        'hosts must know the secret; languages: c11 sh',
    );
  });

  it('a guest server without limits, secret and languages says so', () => {
    const line = describeOffer({
      data: 'listen:5555',
      heart: 'listen:5556',
      capacity: 1,
      memoryBytes: 0,
      hasSecret: false,
      languages: [],
    });
    expect(line).toBe(
      `version ${serverVersion} serves on listen:5555, heartbeat on listen:5556; 1 program at a time; no secret; languages: none`,
    );
  });
});
