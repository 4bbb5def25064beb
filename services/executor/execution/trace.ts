// The spans of one execution, for OpenTelemetry.

import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { noteFailure, tracer } from '../../lib/telemetry/tracing.js';
import type { ExecutionIdentity, ExecutionResult, Limit, Outcome, Phase } from './result.js';
import type { RunEnd, RunStep } from './runner.js';

/** The span of one execution, with one below it for its wait, for each phase, and for its files. */
export class ExecutionTrace {
  readonly #span: Span;
  readonly #context: Context;
  /** What is under way now. */
  #stage: { readonly span: Span; readonly phase?: Phase } | undefined;

  constructor(program: { readonly requestId: string; readonly language: string }) {
    this.#span = tracer.startSpan('execution', {
      attributes: {
        'pbotvm.language': program.language,
        ...(program.requestId === '' ? {} : { 'pbotvm.request.id': program.requestId }),
      },
    });
    this.#context = trace.setSpan(context.active(), this.#span);
    this.#enter('wait for a place');
  }

  /** Has a task, and all that it begins, belong to the execution. */
  within<T>(task: () => T): T {
    return context.with(this.#context, task);
  }

  /** Has the execution begin; where that fails there is none. */
  async begin<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await this.within(task);
    } catch (error) {
      this.#leave();
      noteFailure(this.#span, error);
      this.#span.end();
      throw error;
    }
  }

  onAdmitted(identity: ExecutionIdentity): void {
    this.#leave();
    this.#span.setAttributes({
      'pbotvm.execution.id': identity.executionId,
      'pbotvm.machine': identity.machine,
      'pbotvm.generation': identity.generation,
      'pbotvm.language': identity.language,
    });
  }

  onStep(step: RunStep): void {
    switch (step.kind) {
      case 'phase-started':
        return this.#enter(step.phase, step.phase);
      case 'phase-finished':
        return this.#leave(endingAttributes(step.ending));
      case 'files-awaited':
        return this.#enter('files');
      case 'over':
        return this.#leave(this.#cutOff(step.end));
    }
  }

  /** The client has all of it. */
  end(end: RunEnd): void {
    this.#span.setAttribute('pbotvm.outcome', end.kind);
    if (end.kind === 'result') this.#span.setAttributes(resultAttributes(end.result));
    else this.#span.setStatus({ code: SpanStatusCode.ERROR, message: end.detail });
    this.#span.end();
  }

  #enter(name: string, phase?: Phase): void {
    const span = tracer.startSpan(name, {}, this.#context);
    this.#stage = { span, ...(phase === undefined ? {} : { phase }) };
  }

  #leave(attributes: Attributes = {}): void {
    this.#stage?.span.setAttributes(attributes).end();
    this.#stage = undefined;
  }

  /** What is known of a phase that did not come to its end. */
  #cutOff(end: RunEnd): Attributes {
    const phase = this.#stage?.phase;
    const result = end.kind === 'result' && phase !== undefined ? end.result[phase] : undefined;
    return result === undefined ? {} : endingAttributes(result);
  }
}

function resultAttributes(result: ExecutionResult): Attributes {
  const last = result.run ?? result.compile;
  return last === undefined ? {} : endingAttributes(last);
}

function endingAttributes(ending: { outcome?: Outcome; limit?: Limit }): Attributes {
  const { outcome, limit } = ending;
  return {
    ...(outcome?.kind === 'exited' ? { 'pbotvm.exit_code': outcome.exitCode } : {}),
    ...(outcome?.kind === 'signalled' ? { 'pbotvm.signal': outcome.signal } : {}),
    ...(limit === undefined ? {} : { 'pbotvm.limit': limit }),
  };
}
