import { describe, expect, it } from 'vitest';
import { helpText, readArguments } from '../../../guest/server/arguments.js';

describe('the command line of the guest server', () => {
  it('may be empty: the devices of the machine, confined', () => {
    const read = readArguments([]);
    expect(read).toMatchObject({ unconfined: false, help: false });
    expect(read.data).toMatch(/^\/dev\/(virtio-ports\/pbot-vm\.data\.0|ttyS1)$/);
    expect(read.heart).toMatch(/^\/dev\/(virtio-ports\/pbot-vm\.heart\.0|ttyS2)$/);
    expect(read.workDirectory).toMatch(/^\//);
  });

  it('sets each place and directory', () => {
    const read = readArguments([
      '--data=listen:1',
      '--heart',
      '/dev/ttyS9',
      '--work-dir=/w',
      '--unconfined',
      '--help',
    ]);
    expect(read).toEqual({
      data: 'listen:1',
      heart: '/dev/ttyS9',
      workDirectory: '/w',
      unconfined: true,
      help: true,
    });
  });

  it.each([['--unknown'], ['--data'], ['program'], ['-x'], ['--unconfined=yes']])(
    'that holds %s is refused with a TypeError that names it',
    (word) => {
      expect(() => readArguments([word])).toThrow(TypeError);
      expect(() => readArguments([word])).toThrow(word.replace(/=.*/, ''));
    },
  );

  it('sets how many programs run at once', () => {
    expect(readArguments(['--capacity=3']).capacity).toBe(3);
    expect(readArguments([]).capacity).toBeUndefined();
  });

  it.each(['0', '15', '1.5', 'many', ''])('with a capacity of "%s" is refused', (capacity) => {
    expect(() => readArguments([`--capacity=${capacity}`])).toThrow(
      `a whole number from 1 to 14, not "${capacity}"`,
    );
  });

  it('has every option and default in its help', () => {
    const read = readArguments([]);
    for (const option of ['data', 'heart', 'capacity', 'work-dir', 'unconfined', 'help']) {
      expect(helpText).toContain(`--${option}`);
    }
    expect(helpText).toContain(`(default ${read.workDirectory})`);
  });
});
