import { pino } from 'pino';
import pretty from 'pino-pretty';

export type Log = pino.Logger;

/** Structured lines on stderr: JSON for machines, coloured text where stderr is a terminal. */
export function createLog(options: { name: string; level: string; isTerminal: boolean }): Log {
  const settings = { name: options.name, level: options.level };
  if (!options.isTerminal) return pino(settings, pino.destination({ fd: 2, sync: true }));
  return pino(
    settings,
    pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss.l' }),
  );
}
