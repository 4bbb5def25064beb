// Whether the Executor takes work, and how much at once. The health of gRPC, `/readyz` and the agent of a load balancer
// say what is decided here. Pure.

/**
 * What an operator and a stop decide:
 * - `open`: requests are admitted;
 * - `announced`: load balancers learn that no new ones should come; those that come are still admitted;
 * - `draining`: an operator wants no new ones; what runs or waits goes on;
 * - `stopping`: the process ends; what runs goes on, what waits is refused.
 */
export type IntakeState = 'open' | 'announced' | 'draining' | 'stopping';

/** What the Executor does at a moment. */
interface Workload {
  readonly intake: IntakeState;
  /** Executions that run at the same time at most, machine by machine. 0: the machine takes none now. */
  readonly slotsByMachine: readonly number[];
  /** Executions whose clients wait for the result. */
  readonly running: number;
  /** Requests that wait for a slot. */
  readonly waiting: number;
  /** Why no machine serves. Only asked where none does. */
  readonly whyNoMachine: () => string;
}

/**
 * What somebody outside may expect:
 * - `available`: a request is taken; `slots` of them run at the same time;
 * - `no-machine`: no machine serves now, which ends by itself as a rule;
 * - `draining`: until an operator says `resume`, or for the moment in which a stop is announced;
 * - `stopping`: until another process takes the place of this one.
 */
export interface Availability {
  readonly state: 'available' | 'no-machine' | 'draining' | 'stopping';
  /** Executions at the same time on machines that serve, whatever the state. */
  readonly slots: number;
  readonly running: number;
  readonly waiting: number;
  /** `ready`, or one sentence that says why no work is taken. */
  readonly detail: string;
}

export type IntakeRequest = 'announce' | 'drain' | 'resume' | 'stop';

/** A stop is final. Whoever is drained has nothing to announce. */
export function afterRequest(intake: IntakeState, request: IntakeRequest): IntakeState {
  if (intake === 'stopping') return 'stopping';
  switch (request) {
    case 'announce':
      return intake === 'draining' ? 'draining' : 'announced';
    case 'drain':
      return 'draining';
    case 'resume':
      return 'open';
    case 'stop':
      return 'stopping';
  }
}

export function availabilityOf(workload: Workload): Availability {
  const { intake, slotsByMachine, running, waiting } = workload;
  const slots = slotsByMachine.reduce((sum, each) => sum + each, 0);
  const numbers = { slots, running, waiting };
  switch (intake) {
    case 'stopping':
      return { state: 'stopping', ...numbers, detail: 'The Executor is shutting down.' };
    case 'announced':
    case 'draining':
      return { state: 'draining', ...numbers, detail: 'The Executor is drained by its operator.' };
    case 'open':
      if (slots > 0) return { state: 'available', ...numbers, detail: 'ready' };
      return { state: 'no-machine', ...numbers, detail: workload.whyNoMachine() };
  }
}
