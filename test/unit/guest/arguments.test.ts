import { describe, expect, it } from 'vitest';
import { helpText, readArguments } from '../../../guest/server/arguments.js';

describe('the command line of the guest server', () => {
  it('the guest server without options uses the devices of the machine and is confined', () => {
    const read = readArguments([]);
    expect(read).toMatchObject({ unconfined: false, help: false });
    expect(read.data).toMatch(/^\/dev\/(virtio-ports\/pbot-vm\.data\.0|ttyS1)$/);
    expect(read.heart).toMatch(/^\/dev\/(virtio-ports\/pbot-vm\.heart\.0|ttyS2)$/);
    expect(read.workDirectory).toMatch(/^\//);
  });

  it('each option of the guest server sets its value', () => {
    const read = readArguments([
      '--data=listen:1',
      '--heart',
      '/dev/ttyS9',
      '--work-dir=/w',
      '--secret=/s',
      '--unconfined',
      '--help',
      '--version',
    ]);
    expect(read).toEqual({
      data: 'listen:1',
      heart: '/dev/ttyS9',
      secretPath: '/s',
      workDirectory: '/w',
      unconfined: true,
      help: true,
      version: true,
    });
  });

  it.each([['--unknown'], ['--data'], ['program'], ['-x'], ['--unconfined=yes']])(
    'a command line with %s is refused with a TypeError that names it',
    (word) => {
      expect(() => readArguments([word])).toThrow(TypeError);
      expect(() => readArguments([word])).toThrow(word.replace(/=.*/, ''));
    },
  );

  it('the option --capacity sets how many programs run at once', () => {
    expect(readArguments(['--capacity=3']).capacity).toBe(3);
    expect(readArguments([]).capacity).toBeUndefined();
  });

  it.each(['0', '15', '1.5', 'many', ''])('a capacity of "%s" is refused', (capacity) => {
    expect(() => readArguments([`--capacity=${capacity}`])).toThrow(
      `a whole number from 1 to 14, not "${capacity}"`,
    );
  });

  it('the help of the guest server has every option and the default directory', () => {
    const read = readArguments([]);
    for (const option of ['data', 'heart', 'capacity', 'work-dir', 'unconfined', 'help']) {
      expect(helpText).toContain(`--${option}`);
    }
    expect(helpText).toContain(`(default ${read.workDirectory})`);
  });
});
