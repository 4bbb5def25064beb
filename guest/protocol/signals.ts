// The signals that a client may send to a running program; host and guest both check them.

export const clientSignals = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;

export type ClientSignal = (typeof clientSignals)[number];

export function isClientSignal(name: string): name is ClientSignal {
  return clientSignals.some((signal) => signal === name);
}
