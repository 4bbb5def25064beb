// The trace of a revert, from the fault to the first heartbeat.

import { type Context, context, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { tracer } from '../lib/telemetry/tracing.js';
import type { Machine, MachineEvent } from './machine-state.js';

/**
 * The span of a machine's revert, from its first fault to its first heartbeat, however many tries that takes. It
 * outlives the report of the fault, and belongs to its trace all the same: that is where somebody asks why the machine
 * was gone. A fault that the Watchdog has seen itself begins a trace.
 */
export class RevertTrace {
  #open: { readonly span: Span; readonly context: Context } | undefined;

  /** Has a task belong to the revert, where one is under way. */
  within<T>(task: () => T): T {
    return this.#open === undefined ? task() : context.with(this.#open.context, task);
  }

  /** @param machine as the event has left it */
  follow(event: MachineEvent, machine: Machine): void {
    switch (event.kind) {
      case 'fault':
        this.#open ??= begin(machine);
        this.#open.span.setAttribute('pbotvm.generation', machine.generation);
        this.#open.span.addEvent('fault', { reason: event.reason, detail: event.detail });
        return;
      case 'reverted':
      case 'revert-failed':
        this.#open?.span.addEvent(event.kind, { detail: event.detail });
        return;
      case 'heartbeat':
        return this.end();
      case 'lost':
        this.#open?.span.setStatus({ code: SpanStatusCode.ERROR, message: event.detail });
        return this.end();
      case 'domain-up':
      case 'fault-ignored':
      case 'load':
      case 'obstacle':
        return;
    }
  }

  end(): void {
    this.#open?.span.end();
    this.#open = undefined;
  }
}

function begin(machine: Machine): { span: Span; context: Context } {
  const attributes = { 'pbotvm.machine': machine.name, 'pbotvm.domain': machine.domain };
  const span = tracer.startSpan('revert', { attributes });
  return { span, context: trace.setSpan(context.active(), span) };
}
