// The published state of a machine: its states, the events that change them, and the table of legal moves.

/**
 * Where a machine is in its life:
 * - `unknown`: nothing is known yet;
 * - `starting`: it runs; its first heartbeat is awaited;
 * - `ready`: a heartbeat was seen in this generation, and not long ago;
 * - `reverting`: it is being reverted to its snapshot;
 * - `offline`: it is off or silent, and reverting it is disabled or failed.
 */
export type MachineState = 'unknown' | 'starting' | 'ready' | 'reverting' | 'offline';

/** Why a machine is reverted. */
export type FaultReason =
  | 'timed-out'
  | 'heartbeat-lost'
  | 'channel-corrupt'
  | 'guest-error'
  | 'machine-gone'
  | 'operator'
  /** Not a fault: a program has run on it, and each is to have a fresh machine. */
  | 'used'
  | 'busy-while-idle';

/** A reason to revert. */
export interface Fault {
  readonly reason: FaultReason;
  /** One sentence for the operator. */
  readonly detail: string;
  /** Generation that the fault belongs to: the one that the revert ends. */
  readonly generation: number;
  readonly timeMs: number;
}

/** How much a machine used the host's processors between two looks at it. */
interface ProcessorLoad {
  /** Of one processor: 2 where two were busy all the time. */
  readonly share: number;
  readonly measuredAtMs: number;
}

/** What is known of a machine. Times are milliseconds since the Unix epoch. */
export interface Machine {
  readonly name: string;
  readonly domain: string;
  readonly heartbeatAddress: string;
  readonly state: MachineState;
  /**
   * Raised when a revert starts, so that all that was under way is stale from then on, and when a machine comes back
   * from `offline`, because somebody restarted it meanwhile.
   */
  readonly generation: number;
  /** Its generation began with a revert. */
  readonly isPristine: boolean;
  readonly stateTimeMs: number;
  /** Why it came into this state, in one sentence. */
  readonly stateDetail: string;
  readonly heartbeatTimeMs: number | undefined;
  readonly load: ProcessorLoad | undefined;
  readonly lastFault: Fault | undefined;
  /** When the revert under way began: from the fault until the first heartbeat. */
  readonly revertStartTimeMs: number | undefined;
  /** Reverts that ended with a heartbeat. */
  readonly revertCount: number;
  readonly lastRevertDurationMs: number | undefined;
  /** What keeps it from being reverted, in words that follow its name; `undefined` where nothing is known to. */
  readonly revertObstacle: string | undefined;
}

/**
 * What happens to a machine:
 * - `domain-up`: its domain runs;
 * - `heartbeat`: it has beaten;
 * - `fault`: a revert starts;
 * - `fault-ignored`: a fault was reported while reverts are disabled;
 * - `revert-failed`: an attempt failed, another will follow;
 * - `reverted`: the domain is back at its snapshot and runs;
 * - `load`: a look was taken at its use of processors;
 * - `obstacle`: something keeps it from being reverted, or no longer does;
 * - `lost`: nothing more is done about it for now.
 */
export type MachineEvent =
  | { readonly kind: 'domain-up'; readonly detail: string }
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'fault'; readonly reason: FaultReason; readonly detail: string }
  | { readonly kind: 'fault-ignored'; readonly reason: FaultReason; readonly detail: string }
  | { readonly kind: 'revert-failed'; readonly detail: string }
  | { readonly kind: 'reverted'; readonly detail: string }
  | { readonly kind: 'load'; readonly share: number }
  | { readonly kind: 'obstacle'; readonly obstacle: string | undefined }
  | { readonly kind: 'lost'; readonly detail: string };

/** An event came that a machine in its state can't take. */
export class IllegalMoveError extends Error {
  override readonly name = 'IllegalMoveError';
}

/** A machine of which nothing is known yet. */
export function newMachine(options: {
  name: string;
  domain: string;
  heartbeatAddress: string;
  generation: number;
  nowMs: number;
}): Machine {
  const { nowMs, ...identity } = options;
  return {
    ...identity,
    state: 'unknown',
    isPristine: false,
    stateTimeMs: nowMs,
    stateDetail: 'The Watchdog has just started.',
    heartbeatTimeMs: undefined,
    load: undefined,
    lastFault: undefined,
    revertStartTimeMs: undefined,
    revertCount: 0,
    lastRevertDurationMs: undefined,
    revertObstacle: undefined,
  };
}

/**
 * The machine after an event.
 *
 * @throws IllegalMoveError
 */
export function applyEvent(machine: Machine, event: MachineEvent, nowMs: number): Machine {
  const state = legalMoves[machine.state][event.kind];
  if (state === undefined) throw new IllegalMoveError(illegalMoveText(machine, event));
  const stateTimeMs = state === machine.state ? machine.stateTimeMs : nowMs;
  const moved: Machine = { ...machine, state, stateTimeMs };
  const isBack = machine.state === 'offline' && state !== 'offline';
  const generation = isBack ? machine.generation + 1 : machine.generation;
  switch (event.kind) {
    case 'domain-up':
      return {
        ...moved,
        generation,
        isPristine: false,
        stateDetail: event.detail,
        revertStartTimeMs: undefined,
      };
    case 'heartbeat':
      return afterHeartbeat(
        { ...moved, generation, isPristine: machine.isPristine && !isBack },
        machine,
        nowMs,
      );
    case 'fault':
      return {
        ...moved,
        generation: machine.generation + 1,
        isPristine: false,
        stateDetail: event.detail,
        lastFault: event.reason === 'used' ? machine.lastFault : faultOf(machine, event, nowMs),
        revertStartTimeMs: nowMs,
      };
    case 'fault-ignored':
      return { ...moved, lastFault: faultOf(machine, event, nowMs) };
    case 'revert-failed':
      return { ...moved, stateDetail: event.detail };
    case 'reverted':
      return { ...moved, isPristine: true, stateDetail: event.detail };
    case 'load':
      return { ...moved, load: { share: event.share, measuredAtMs: nowMs } };
    case 'obstacle':
      return { ...moved, revertObstacle: event.obstacle };
    case 'lost':
      return { ...moved, stateDetail: event.detail, revertStartTimeMs: undefined };
  }
}

/**
 * What a report of a fault leads to:
 * - `start`: a revert;
 * - `handled`: nothing, the machine is being reverted, was since, or is known to be down;
 * - `ignored`: nothing, reverts are disabled, or the machine can't be reverted and can work on;
 * - `refused`: the machine never had that generation.
 */
export type ReportVerdict = 'start' | 'handled' | 'ignored' | 'refused';

/** Judges a report of a fault. Of any number of reports of one generation only the first leads to a revert. */
export function judgeReport(
  machine: Machine,
  report: { generation: number; reason: FaultReason; noRevert: boolean },
): ReportVerdict {
  if (report.generation > machine.generation) return 'refused';
  if (report.generation < machine.generation || machine.state === 'reverting') return 'handled';
  if (report.noRevert) return 'ignored';
  if (machine.state === 'offline') return 'handled';
  const worksOn = machine.revertObstacle !== undefined && isOfProgram(report.reason);
  return worksOn ? 'ignored' : 'start';
}

/** Whether the guest itself did its duty. */
function isOfProgram(reason: FaultReason): boolean {
  return reason === 'timed-out' || reason === 'busy-while-idle';
}

/** Every move that there is: what an event makes of a state. What is not in here is refused. */
export const legalMoves: Readonly<
  Record<MachineState, Partial<Record<MachineEvent['kind'], MachineState>>>
> = {
  unknown: {
    'domain-up': 'starting',
    heartbeat: 'ready',
    fault: 'reverting',
    'fault-ignored': 'unknown',
    obstacle: 'unknown',
    lost: 'offline',
  },
  starting: {
    heartbeat: 'ready',
    fault: 'reverting',
    'fault-ignored': 'starting',
    obstacle: 'starting',
    lost: 'offline',
  },
  ready: {
    heartbeat: 'ready',
    load: 'ready',
    fault: 'reverting',
    'fault-ignored': 'ready',
    obstacle: 'ready',
    lost: 'offline',
  },
  // No heartbeat: whatever beats now is the run that is being ended.
  reverting: {
    'revert-failed': 'reverting',
    reverted: 'starting',
    obstacle: 'reverting',
    // It can't be reverted, and its old run goes on.
    'domain-up': 'starting',
    lost: 'offline',
  },
  offline: {
    'domain-up': 'starting',
    heartbeat: 'ready',
    fault: 'reverting',
    'fault-ignored': 'offline',
    obstacle: 'offline',
    lost: 'offline',
  },
};

/** The table of legal moves in Markdown, for the documents: a row for each state, a column for each event. */
export function stateTable(): string {
  const states = Object.entries(legalMoves);
  const events = [...new Set(states.flatMap(([, moves]) => Object.keys(moves)))];
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    row(['State', ...events.map((event) => `\`${event}\``)]),
    row(['---', ...events.map(() => '---')]),
    ...states.map(([state, moves]) => {
      const byEvent = new Map(Object.entries(moves));
      return row([
        state.toUpperCase(),
        ...events.map((event) => byEvent.get(event)?.toUpperCase() ?? ''),
      ]);
    }),
  ].join('\n');
}

function illegalMoveText(machine: Machine, event: MachineEvent): string {
  return `"${event.kind}" is refused: machine ${machine.name} is ${machine.state}`;
}

function afterHeartbeat(moved: Machine, before: Machine, nowMs: number): Machine {
  if (before.state === 'ready') return { ...moved, heartbeatTimeMs: nowMs };
  const beating = { ...moved, heartbeatTimeMs: nowMs, revertStartTimeMs: undefined };
  if (before.revertStartTimeMs === undefined) return { ...beating, stateDetail: 'It beats.' };
  const lastRevertDurationMs = nowMs - before.revertStartTimeMs;
  return {
    ...beating,
    revertCount: before.revertCount + 1,
    lastRevertDurationMs,
    stateDetail: `It beats, ${(lastRevertDurationMs / 1000).toFixed(2)} s after the fault.`,
  };
}

function faultOf(
  machine: Machine,
  event: { reason: FaultReason; detail: string },
  nowMs: number,
): Fault {
  const { reason, detail } = event;
  return { reason, detail, generation: machine.generation, timeMs: nowMs };
}
