// Tells from a trace of the guest's kernel (ftrace, "trace" of tracefs) how long each step of a program had the processor.

/** In the order in which they come. */
export const steps = [
  { who: 'server', what: 'takes the request, writes its file and the command' },
  { who: 'worker', what: 'takes the command, gives up root, limits itself' },
  { who: 'worker', what: 'becomes the program (exec)' },
  { who: 'server', what: 'begins to wait for the program' },
  { who: 'program', what: 'loads its libraries, prints' },
  { who: 'program', what: 'ends' },
  { who: 'init', what: 'reaps, reads the usage, removes the cgroup, reports' },
  { who: 'server', what: 'takes the output, sends it and the result, asks for the next worker' },
  { who: 'init', what: 'looks for processes and packets' },
  { who: 'init', what: 'leaves the IPC namespace, takes the files away' },
  { who: 'init', what: 'mounts new files, sets the process ids back' },
  { who: 'init', what: 'copies itself (fork)' },
  { who: 'worker', what: 'begins as a copy' },
  { who: 'worker', what: 'makes its pipes' },
  { who: 'worker', what: 'makes its cgroup, reports' },
  { who: 'server', what: 'opens the pipes of the next worker' },
  { who: 'server', what: 'sends heartbeats' },
  { who: 'kernel', what: 'its own threads' },
] as const;

type Step = (typeof steps)[number]['what'];

interface TraceEvent {
  readonly ms: number;
  readonly pid: number;
  /** Such as `sched_switch`, or `sys_mount` where a process enters that system call. */
  readonly name: string;
  readonly details: string;
}

/** @param text of the file `trace`, of programs with a pause in between */
export function stepsOf(text: string): ReadonlyMap<Step, number> {
  const account = new Account();
  for (const event of eventsOf(text)) account.take(event);
  return account.times;
}

/** Such as `python3-248     [000] ...1.    39.123456: sys_unshare(unshare_flags: 8000000)`. */
function* eventsOf(text: string): Generator<TraceEvent> {
  for (const line of text.split('\n')) {
    const found = /-(\d+) +\[\d+\] +\S+ +([\d.]+): (\w+)[:(] ?(.*)$/.exec(line);
    if (found === null) continue;
    const [, pid, seconds, name = '', details = ''] = found;
    yield { ms: Number(seconds) * 1000, pid: Number(pid), name, details };
  }
}

/** A guest that idles for so long has done all that a program leaves to do. */
const restMs = 20;

/** The steps of workers and of their programs, by what begins them. */
const ofWorkers: Readonly<Record<string, Step>> = {
  sys_setsid: 'makes its pipes',
  sys_mkdirat: 'makes its cgroup, reports',
  sys_setresgid: 'takes the command, gives up root, limits itself',
  sys_execve: 'becomes the program (exec)',
  sched_process_exec: 'loads its libraries, prints',
  sys_exit_group: 'ends',
};

const ofInits: Readonly<Record<string, Step>> = {
  sys_getdents64: 'looks for processes and packets',
  sys_unshare: 'leaves the IPC namespace, takes the files away',
  sys_mount: 'mounts new files, sets the process ids back',
  sys_clone: 'copies itself (fork)',
};

/** What the server does follows what the others have done last. */
const ofServerAfter: Readonly<Record<string, Step>> = {
  sys_setresgid: 'begins to wait for the program',
  sys_mkdirat: 'opens the pipes of the next worker',
};

class Account {
  readonly times = new Map<Step, number>();
  readonly #names = new Map<number, string>();
  readonly #workers = new Set<number>();
  readonly #steps = new Map<number, Step>();
  #running = 0;
  #sinceMs: number | undefined;
  #serverStep: Step = 'sends heartbeats';
  /** Of the server since the last rest: for a request, where a worker gets its command, else for a heartbeat. */
  #unknownMs = 0;

  take(event: TraceEvent): void {
    this.#count(event.ms - (this.#sinceMs ?? event.ms));
    this.#sinceMs = event.ms;
    this.#running = event.pid;
    if (event.name === 'sched_switch') this.#switch(event.details);
    else if (event.name === 'sched_process_fork') this.#fork(event);
    else if (this.#workers.has(event.pid)) this.#followWorker(event);
    else if (this.#names.get(event.pid) === 'python3') this.#followInit(event);
  }

  #count(ms: number): void {
    if (this.#running === 0) {
      if (ms > restMs) this.#rest();
      return;
    }
    const name = this.#names.get(this.#running) ?? '';
    const step = this.#steps.get(this.#running);
    if (step !== undefined) this.#add(step, ms);
    else if (/^(?:node|libuv)/.test(name)) this.#countServer(ms);
    else if (/^(?:rcu|kworker|ksoftirqd|kthreadd|migration)/.test(name))
      this.#add('its own threads', ms);
  }

  #countServer(ms: number): void {
    if (this.#serverStep === 'sends heartbeats') this.#unknownMs += ms;
    else this.#add(this.#serverStep, ms);
  }

  #rest(): void {
    this.#assignUnknown('sends heartbeats');
    this.#serverStep = 'sends heartbeats';
  }

  #assignUnknown(step: Step): void {
    this.#add(step, this.#unknownMs);
    this.#unknownMs = 0;
  }

  #add(step: Step, ms: number): void {
    this.times.set(step, (this.times.get(step) ?? 0) + ms);
  }

  #switch(details: string): void {
    const next = /next_comm=(.*) next_pid=(\d+)/.exec(details);
    this.#running = Number(next?.[2]);
    this.#names.set(this.#running, next?.[1] ?? '');
  }

  #fork({ pid, details }: TraceEvent): void {
    if (this.#names.get(pid) !== 'python3') return;
    const child = Number(/child_pid=(\d+)/.exec(details)?.[1]);
    this.#workers.add(child);
    this.#steps.set(child, 'begins as a copy');
  }

  #followWorker(event: TraceEvent): void {
    const { pid, name } = event;
    const step = ofWorkers[name];
    if (step !== undefined) this.#steps.set(pid, step);
    if (name === 'sys_setresgid') this.#assignUnknown(steps[0].what);
    this.#serverStep = ofServerAfter[name] ?? this.#serverStep;
  }

  #followInit(event: TraceEvent): void {
    const { pid, name, details } = event;
    // A signalfd gives 128 bytes for a child that has ended; the trace is in hexadecimal.
    const isReaping = name === 'sys_read' && details.endsWith('count: 80)');
    const step = isReaping ? 'reaps, reads the usage, removes the cgroup, reports' : ofInits[name];
    if (step !== undefined) this.#steps.set(pid, step);
    if (isReport(event))
      this.#serverStep = 'takes the output, sends it and the result, asks for the next worker';
  }
}

function isReport({ name, details }: TraceEvent): boolean {
  return name === 'sys_write' && details.startsWith('fd: 1,');
}
