// How far the image builder is.

export interface BuildProgress {
  /** What is being done, as a person would say it: "Unpacking packages". */
  step: string;
  /** Share of the whole build that is done, 0 to 1. */
  fraction?: number;
  /** Line of a tool's output, for those who want to see everything. */
  line?: string;
}

export type OnProgress = (event: BuildProgress) => void;

/**
 * Reads the verbose output of mmdebstrap, line by line, and computes how far it is. It installs packages in two rounds,
 * the essential ones and the rest; each package is fetched, unpacked and set up. The bounds are shares of the time
 * that a build takes; a line that says nothing new leaves step and fraction where they were.
 */
export function packageProgress(): (line: string) => Required<BuildProgress> {
  let step = 'Fetching package lists';
  let fraction = 0;
  let round = { from: 0.03, to: 0.2 };
  let packageCount = 0;
  let actions = 0;

  return (line) => {
    const announced = /(\d+) newly installed/.exec(line)?.[1];
    const custom = /^pbot-vm: (.+)/.exec(line)?.[1];
    const action = packageActions.find(({ pattern }) => pattern.test(line));
    if (announced !== undefined) {
      packageCount = Number(announced);
      actions = 0;
    } else if (line.startsWith('I: installing remaining packages')) {
      round = { from: 0.2, to: 0.65 };
      packageCount = 0;
    } else if (custom !== undefined) {
      step = custom;
      fraction = Math.max(fraction, 0.65);
    } else if (line.startsWith('I: cleaning package lists')) {
      step = 'Cleaning up';
      fraction = 0.98;
    } else if (action !== undefined && packageCount > 0) {
      step = action.step;
      actions += 1;
      const done = Math.min(1, actions / (packageCount * packageActions.length));
      fraction = Math.max(fraction, round.from + (round.to - round.from) * done);
    }
    return { step, fraction, line };
  };
}

const packageActions = [
  { pattern: /^Get:\d+ /, step: 'Downloading packages' },
  { pattern: /^Unpacking /, step: 'Installing packages' },
  { pattern: /^Setting up /, step: 'Installing packages' },
];
