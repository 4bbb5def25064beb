// Signals: the names and numbers that results carry, and those that a client may send to a running program.

export const clientSignals = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;

export type ClientSignal = (typeof clientSignals)[number];

export function isClientSignal(name: string): name is ClientSignal {
  return clientSignals.some((signal) => signal === name);
}

/** The name of a signal of Linux, as `kill -l` of bash writes it: SIGSEGV, SIGRTMIN+3. SIG32 for one that has no name. */
export function signalName(number: number): string {
  return names.get(number) ?? `SIG${number}`;
}

/** The number of a signal in Linux, whatever system asks. `undefined` for what `signalName` never gives. */
export function signalNumber(name: string): number | undefined {
  return numbers.get(name);
}

/** From 1 on: the numbers of x86 and ARM. */
const standardNames = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGKILL',
  'SIGUSR1',
  'SIGSEGV',
  'SIGUSR2',
  'SIGPIPE',
  'SIGALRM',
  'SIGTERM',
  'SIGSTKFLT',
  'SIGCHLD',
  'SIGCONT',
  'SIGSTOP',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGURG',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGVTALRM',
  'SIGPROF',
  'SIGWINCH',
  'SIGIO',
  'SIGPWR',
  'SIGSYS',
];

/** 32 and 33 belong to the C library itself. */
const firstRealTime = 34;
const lastRealTime = 64;

function realTimeName(number: number): string {
  const above = number - firstRealTime;
  const below = lastRealTime - number;
  if (above === 0) return 'SIGRTMIN';
  if (below === 0) return 'SIGRTMAX';
  return above <= below ? `SIGRTMIN+${above}` : `SIGRTMAX-${below}`;
}

const names: ReadonlyMap<number, string> = new Map(
  Array.from({ length: lastRealTime }, (_, index) => {
    const number = index + 1;
    if (number >= firstRealTime) return [number, realTimeName(number)];
    return [number, standardNames[index] ?? `SIG${number}`];
  }),
);

const numbers: ReadonlyMap<string, number> = new Map(
  [...names].map(([number, name]) => [name, number]),
);
