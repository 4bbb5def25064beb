// What the Executor knows of a machine from the Watchdog.

/** What the Watchdog says of a machine; `unknown` also where it has said nothing for too long. */
export type WatchedState = 'unknown' | 'starting' | 'ready' | 'reverting' | 'offline';

/** What the Watchdog says of a machine at one time. */
export interface MachineNews {
  readonly state: WatchedState;
  readonly generation: number;
  /** This generation began with a revert. */
  readonly isPristine: boolean;
  /** What keeps it from being reverted until somebody acts, in words that follow its name. */
  readonly revertObstacle?: string | undefined;
  /** How much of one processor it used until that time; absent while not known. */
  readonly load?: { readonly share: number; readonly measuredAtMs: number } | undefined;
}

/** What is known of a machine from the Watchdog. */
export interface WatchdogView {
  readonly state: WatchedState;
  readonly generation: number;
  /** Generations that a restarted Watchdog has given other numbers, of the run that still goes on. */
  readonly earlierGenerations: readonly number[];
  readonly revertObstacle: string | undefined;
  /** `kept`: the state is the last one that a Watchdog said before it went away, and none has said more since. */
  readonly source: 'said' | 'kept';
  /** That the Watchdog does not answer, in words for the client; `undefined` while it does. */
  readonly absence: string | undefined;
}

/** Before the Watchdog has said anything. */
export const newView: WatchdogView = {
  state: 'unknown',
  generation: 0,
  earlierGenerations: [],
  revertObstacle: undefined,
  source: 'said',
  absence: undefined,
};

/** The present number of the run that had this number before the Watchdog was restarted; else the number itself. */
export function latestGeneration(view: WatchdogView, generation: number): number {
  return view.earlierGenerations.includes(generation) ? view.generation : generation;
}

/** The Watchdog is away: a machine that was READY is taken to be so. Of another one nothing is known. */
export function afterSilence(view: WatchdogView, absence: string): WatchdogView {
  const isReady = view.state === 'ready';
  return isReady ? { ...view, source: 'kept', absence } : { ...afterLongSilence(view), absence };
}

/** The Watchdog was away for too long. */
export function afterLongSilence(view: WatchdogView): WatchdogView {
  return { ...view, state: 'unknown', source: 'said' };
}

/**
 * Whether the news are of the run that went on while the Watchdog was away, provided that its session is still open: a
 * revert would have ended that. A restarted Watchdog has another number for it.
 */
export function isOfKeptRun({ source }: WatchdogView, news: MachineNews): boolean {
  const isUp = news.state === 'unknown' || news.state === 'starting' || news.state === 'ready';
  return source === 'kept' && isUp && !news.isPristine;
}

export function afterNews(
  view: WatchdogView,
  news: MachineNews,
  { isSameRun }: { isSameRun: boolean },
): WatchdogView {
  const { state, generation, revertObstacle } = news;
  const isRenamed = isSameRun && generation !== view.generation;
  const renamed = isRenamed ? [...view.earlierGenerations, view.generation] : [];
  const isSameNumber = generation === view.generation;
  const said = {
    generation,
    earlierGenerations: isSameNumber ? view.earlierGenerations : renamed,
    revertObstacle,
    absence: undefined,
  };
  // A Watchdog that has just started knows less of the machine than the session that is open.
  if (isSameRun && state !== 'ready') return { ...said, state: 'ready', source: 'kept' };
  return { ...said, state, source: 'said' };
}
