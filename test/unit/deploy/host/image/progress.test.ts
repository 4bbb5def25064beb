import { describe, expect, it } from 'vitest';
import { packageProgress } from '../../../../../deploy/host/image/progress.js';

const output = [
  'I: running apt-get update...',
  'Get:1 http://deb.debian.org/debian trixie InRelease [140 kB]',
  '0 upgraded, 1 newly installed, 0 to remove and 0 not upgraded.',
  'Get:1 http://deb.debian.org/debian trixie/main amd64 dash amd64 0.5 [98 kB]',
  'Unpacking dash (0.5) ...',
  'Setting up dash (0.5) ...',
  'I: installing remaining packages inside the chroot...',
  '0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded.',
  'Need to get 252 MB of archives.',
  'Unpacking gcc (14) ...',
  'pbot-vm: Compiling the Go standard library',
  'I: cleaning package lists and apt cache...',
];

const rounds = [
  { from: 0.1, to: 0.2 },
  { from: 0.2, to: 0.7 },
];

describe('the progress of the package stage', () => {
  it('the progress of the package stage is read from the output of mmdebstrap', () => {
    const progress = packageProgress(rounds);
    const events = output.map((line) => progress(line));
    expect(events.map((event) => event.step)).toEqual([
      'Fetching package lists',
      'Fetching package lists',
      'Fetching package lists',
      'Downloading packages',
      'Installing packages',
      'Installing packages',
      'Installing packages',
      'Installing packages',
      'Installing packages',
      'Installing packages (252 MB)',
      'Compiling the Go standard library',
      'Cleaning up',
    ]);
  });

  it('the progress of the package stage never goes back, whatever the output', () => {
    const progress = packageProgress(rounds);
    const fractions = [...output, ...output, 'noise'].map((line) => progress(line).fraction);
    expect(fractions).toEqual([...fractions].sort((left, right) => left - right));
    expect(fractions.at(0)).toBe(0.1);
    expect(fractions.at(-1)).toBe(0.7);
  });
});
