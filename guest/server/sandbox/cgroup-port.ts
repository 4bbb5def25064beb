/** What the processes of one phase used together. 0: not known. */
export interface Usage {
  readonly cpuUserUs: number;
  readonly cpuSystemUs: number;
  readonly peakMemoryBytes: number;
  readonly peakProcesses: number;
  /** The kernel ended a process because the fence's memory was used up. */
  readonly outOfMemory: boolean;
  /** The kernel refused a process or a thread because the fence had as many as it may. */
  readonly wasRefusedProcess: boolean;
}

/** What those inside may use together. 0: what a fence has from the start. */
export interface FenceLimits {
  readonly memoryBytes: number;
  readonly processes: number;
}

/** Holds the processes of one phase together: what they start can't leave. */
export interface Fence {
  /** Puts a process in, before it runs anything that came from outside. */
  enclose(pid: number): void;
  restrict(limits: FenceLimits): void;
  /** Processor time that was used inside, in microseconds; `undefined`: not known. */
  cpuTimeUs(): number | undefined;
  /** Ends every process inside. */
  kill(): void;
  /** Resolves with what was used when no process is left inside. The fence is gone then. */
  dissolve(): Promise<Usage>;
}

/** Makes a fence in a sandbox. Names are unique among the fences of a sandbox that exist. */
export type FenceMaker = (sandbox: number, name: string) => Fence;
