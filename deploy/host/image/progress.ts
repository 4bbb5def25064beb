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

/** Packages that are installed together, as a share of the time that a build takes. */
export interface Round {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads the verbose output of mmdebstrap, line by line, and computes how far it is. It installs packages in rounds, the
 * essential ones before the rest; each package is fetched, unpacked and set up. A line that says nothing new leaves step and
 * fraction where they were.
 *
 * @param rounds in their order
 */
export function packageProgress(
  rounds: readonly Round[],
): (line: string) => Required<BuildProgress> {
  const waiting = [...rounds];
  let round = waiting.shift() ?? { from: 0, to: 1 };
  let step = 'Fetching package lists';
  let fraction = round.from;
  const end = rounds.at(-1)?.to ?? 1;
  let packageCount = 0;
  let actions = 0;
  let size = '';

  return (line) => {
    const announced = /(\d+) newly installed/.exec(line)?.[1];
    const custom = /^pbot-vm: (.+)/.exec(line)?.[1];
    size = /^Need to get ([\d.,]+ [kMG]?B)/.exec(line)?.[1] ?? size;
    const action = packageActions.find(({ pattern }) => pattern.test(line));
    if (announced !== undefined) {
      packageCount = Number(announced);
      actions = 0;
    } else if (line.startsWith('I: installing remaining packages')) {
      round = waiting.shift() ?? round;
      packageCount = 0;
    } else if (custom !== undefined) {
      step = custom;
      fraction = Math.max(fraction, end);
    } else if (line.startsWith('I: cleaning package lists')) {
      step = 'Cleaning up';
      fraction = end;
    } else if (action !== undefined && packageCount > 0) {
      step = `${action.step}${size && ` (${size})`}`;
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
