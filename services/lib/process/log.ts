// The log of a program: structured lines on stderr.

import { isValidTraceId, trace } from '@opentelemetry/api';
import { pino } from 'pino';
import pretty from 'pino-pretty';

export type Log = pino.Logger;

/**
 * Structured lines on stderr: JSON, or coloured text where stderr is a terminal. A line that is written during a traced call
 * holds the ids of its trace.
 */
export function createLog(options: { name: string; level: string; isTerminal: boolean }): Log {
  const settings = { name: options.name, level: options.level, mixin: traceIds };
  if (!options.isTerminal) return pino(settings, pino.destination({ fd: 2, sync: true }));
  return pino(
    settings,
    pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss.l' }),
  );
}

function traceIds(): { trace_id?: string; span_id?: string } {
  const span = trace.getActiveSpan();
  if (span === undefined) return {};
  const { traceId, spanId } = span.spanContext();
  return isValidTraceId(traceId) ? { trace_id: traceId, span_id: spanId } : {};
}
