// A fake `virsh` that can fail and hang at will.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A program named virsh with one domain, "pbot-vm", kept in files. It is a fake because a real libvirt needs root or a
 * session of its own, takes seconds for what is tested here, and can't be made to hang or to fail at will. What it says
 * is what virsh 9.0 says.
 */
export interface FakeVirsh {
  /** Where the program lies: goes in front of PATH. */
  readonly path: string;
  /** Goes into the environment. */
  readonly environment: Readonly<Record<string, string>>;
  setState(state: string): void;
  /** Whether the domain uses a whole processor from now on, or none. */
  setProcessorBusy(isBusy: boolean): void;
  /** Gives the domain a snapshot. */
  addSnapshot(name: string): void;
  removeSnapshot(name: string): void;
  /** The arguments of each call so far, without those that every call has. */
  calls(): string[];
  /** The process ids of those that were started without a command, and take lines. */
  sessions(): number[];
  /** From now on each revert of a domain that is off waits, until `release`. */
  holdReverts(): void;
  /** Resolves when a held revert has begun. */
  heldRevert(): Promise<void>;
  release(): Promise<void>;
  /** Every call fails, with this text on stderr. */
  breakWith(stderr: string): void;
  /** Every call works again. */
  repair(): void;
  /** Makes it as it was at first: the domain runs and has no snapshot. */
  reset(): void;
  remove(): void;
}

/**
 * @param options.machinePort of 127.0.0.1, where somebody plays the machine: told "run" when the domain starts or is put
 * back to a snapshot and "off" when it is destroyed, one line a connection, and answers with a line when that is done
 */
export function createFakeVirsh({ machinePort }: { machinePort?: number } = {}): FakeVirsh {
  const root = mkdtempSync(join(tmpdir(), 'pbot-vm-fake-virsh-'));
  const file = (name: string) => join(root, name);
  mkdirSync(file('bin'));
  writeFileSync(file('bin/virsh'), script);
  chmodSync(file('bin/virsh'), 0o755);
  const reset = () => {
    for (const name of ['snapshots', 'held', 'gate', 'broken', 'busy']) {
      rmSync(file(name), { recursive: true, force: true });
    }
    mkdirSync(file('snapshots'));
    writeFileSync(file('state'), 'running');
    for (const name of ['calls', 'sessions']) writeFileSync(file(name), '');
  };
  reset();
  const environment = {
    // No QEMU of this host belongs to it: a service that looked for one by its process id would end the machine of an operator.
    PBOTVM_LIBVIRT_URI: 'test:///default',
    FAKE_VIRSH: root,
    FAKE_VIRSH_MACHINE: machinePort === undefined ? '' : fakeMachine('127.0.0.1', machinePort),
  };
  return {
    path: file('bin'),
    environment,
    setState: (state) => {
      writeFileSync(file('state'), state);
    },
    setProcessorBusy: (isBusy) => {
      if (isBusy) writeFileSync(file('busy'), '');
      else rmSync(file('busy'), { force: true });
    },
    addSnapshot: (name) => {
      execFileSync(
        file('bin/virsh'),
        ['-q', '-c', 'test:///default', 'snapshot-create-as', '--domain=pbot-vm', `--name=${name}`],
        { env: { ...process.env, ...environment, LC_ALL: 'C' } },
      );
    },
    removeSnapshot: (name) => {
      rmSync(file(`snapshots/${name}`), { force: true });
    },
    calls: () => readFileSync(file('calls'), 'utf8').split('\n').slice(0, -1),
    sessions: () => readFileSync(file('sessions'), 'utf8').split('\n').slice(0, -1).map(Number),
    holdReverts: () => execFileSync('mkfifo', [file('held'), file('gate')]),
    heldRevert: async () => {
      // Opening a FIFO waits for its other end, so neither side has to poll.
      await readFile(file('held'));
    },
    release: () => writeFile(file('gate'), ''),
    breakWith: (stderr) => {
      writeFileSync(file('broken'), stderr);
    },
    repair: () => {
      rmSync(file('broken'), { force: true });
    },
    reset,
    remove: () => {
      rmSync(root, { recursive: true });
    },
  };
}

/** Where the machine is played, as the program reads it from FAKE_VIRSH_MACHINE. */
export function fakeMachine(host: string, port: number): string {
  return `${host}/${port}`;
}

const script = `#!/bin/sh
cd "$FAKE_VIRSH" || exit 99
[ "$LC_ALL" = C ] || exit 98
[ "$1 $2" = '-q -c' ] || exit 97
shift 3
# Without a command it takes lines, and repeats each. A line holds commands with a semicolon between them.
if [ $# -eq 0 ]; then
  echo $$ >>sessions
  while read -r line; do
    echo "virsh # $line"
    echo "$line" | sed 's/; /\\n/g' | while read -r words; do
      eval "set -- $words"
      if [ "$1 $2" = 'echo --err' ]; then echo "error: $3" >&2
      elif [ "$1" = echo ]; then printf %s "$2"
      else bin/virsh -q -c - "$@" </dev/null
      fi
    done
  done
  exit
fi
echo "$*" >>calls
command=$1; shift
for argument; do
  case $argument in
    --domain=*) domain=\${argument#*=} ;;
    --name=*|--snapshotname=*) snapshot=\${argument#*=} ;;
    loadvm*) snapshot=\${argument#* } ;;
  esac
done
fail() { echo "error: $1" >&2; exit 1; }
need_snapshot() {
  [ -f "snapshots/$snapshot" ] && return
  fail "Domain snapshot not found: no domain snapshot with matching name '$snapshot'"
}
tell_machine() {
  [ -z "$FAKE_VIRSH_MACHINE" ] && return
  bash -c 'exec 3<>"/dev/tcp/$0"; echo "$1" >&3; read -r done <&3' "$FAKE_VIRSH_MACHINE" "$1"
}
[ -f broken ] && { cat broken >&2; exit 1; }
[ "$domain" = pbot-vm ] || fail "failed to get domain '$domain'"
case $command in
  domstate) cat state; echo ;;
  domstats)
    echo "Domain: '$domain'"
    if [ -f busy ]; then echo "  cpu.time=$(date +%s%N)"; else echo '  cpu.time=1000000'; fi ;;
  dumpxml) printf "<domain type='qemu' id='1'>\\n  <memory unit='KiB'>65536</memory>\\n</domain>\\n" ;;
  snapshot-list) ls snapshots; echo ;;
  snapshot-dumpxml) need_snapshot; cat "snapshots/$snapshot" ;;
  snapshot-create-as)
    [ -f "snapshots/$snapshot" ] && fail "operation failed: domain moment $snapshot already exists"
    cat >"snapshots/$snapshot" <<XML
<domainsnapshot>
  <name>$snapshot</name>
  <state>running</state>
  <creationTime>1795340221</creationTime>
  <domain type='qemu'>
    <memory unit='KiB'>65536</memory>
  </domain>
</domainsnapshot>
XML
    ;;
  snapshot-delete) need_snapshot; rm "snapshots/$snapshot" ;;
  snapshot-revert)
    need_snapshot
    printf running >state
    tell_machine run ;;
  qemu-monitor-command)
    case "$*" in
      *loadvm*)
        if [ -f "snapshots/$snapshot" ]; then
          printf running >state; tell_machine run
        else echo "Error: Snapshot '$snapshot' does not exist in one or more devices"; fi ;;
      *) echo '{"return":{"status":"running","singlestep":false,"running":true},"id":"libvirt-1"}' ;;
    esac ;;
  start)
    if [ -p gate ]; then : >held; cat gate; fi
    case "$*" in
      *--paused*) printf paused >state ;;
      *) printf running >state; tell_machine run ;;
    esac ;;
  resume) printf running >state ;;
  destroy) printf 'shut off' >state; tell_machine off ;;
  *) fail "unknown command: '$command'" ;;
esac
`;
