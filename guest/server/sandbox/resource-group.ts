// The group that holds the processes of one phase together, limits them, counts what they use and kills them.
// `cgroup.ts` implements it for machines, `process-group.ts` for tests on a host.

/** What the processes of one phase used together. 0: not known. */
export interface Usage {
  readonly cpuUserUs: number;
  readonly cpuSystemUs: number;
  readonly peakMemoryBytes: number;
  readonly peakProcesses: number;
  /** The kernel ended a process because the group's memory was used up. */
  readonly outOfMemory: boolean;
  /** The kernel refused a process or a thread because the group had as many as it may have. */
  readonly wasRefusedProcess: boolean;
}

/** What those inside may use together. 0: the default of the group. */
export interface GroupLimits {
  readonly memoryBytes: number;
  readonly processes: number;
}

/** Holds the processes of one phase together. What they start belongs to the group too. */
export interface ResourceGroup {
  /** Puts a process in, before it runs anything that came from outside. */
  add(pid: number): void;
  limit(limits: GroupLimits): void;
  /** Processor time that was used inside, in microseconds; `undefined`: not known. */
  cpuTimeUs(): number | undefined;
  /** Ends every process inside. */
  kill(): void;
  /** Resolves with what was used when no process is left inside. The group is gone then. */
  dissolve(): Promise<Usage>;
}

/** Makes a group in a sandbox. Names are unique among the existing groups of a sandbox. */
export type MakeGroup = (sandbox: number, name: string) => ResourceGroup;
