// Which machines without a snapshot boot to get one, and which are clones of another machine.

/** A machine, as far as the plan is concerned. */
export interface Candidate<M> {
  readonly machine: M;
  /** Machines of one kind are made of the same; `undefined`: it can neither be cloned nor be a clone. */
  readonly kind: string | undefined;
  readonly hasSnapshot: boolean;
}

export interface SnapshotPlan<M> {
  /** Those that boot, are warmed up and are saved. */
  readonly booted: readonly M[];
  readonly clones: readonly { readonly machine: M; readonly origin: M }[];
}

/** The origin of a kind is the first of it that has a snapshot, else the first of it, which boots. */
export function planSnapshots<M>(candidates: readonly Candidate<M>[]): SnapshotPlan<M> {
  const withSnapshotFirst = [
    ...candidates.filter(({ hasSnapshot }) => hasSnapshot),
    ...candidates.filter(({ hasSnapshot }) => !hasSnapshot),
  ];
  const origins = new Map<string, M>();
  for (const { kind, machine } of withSnapshotFirst) {
    if (kind !== undefined && !origins.has(kind)) origins.set(kind, machine);
  }
  const booted: M[] = [];
  const clones: { machine: M; origin: M }[] = [];
  for (const { machine, kind, hasSnapshot } of candidates) {
    if (hasSnapshot) continue;
    const origin = kind === undefined ? undefined : origins.get(kind);
    if (origin === undefined || origin === machine) booted.push(machine);
    else clones.push({ machine, origin });
  }
  return { booted, clones };
}
