// Calls that a client of a release makes, and what it relies on in the answers.

/** A call of a release. */
export interface Call {
  readonly path: string;
  /** The request, as JSON of protobuf. */
  readonly request: Readonly<Record<string, unknown>>;
  /** What the answer holds at least, as JSON of protobuf. */
  readonly answer: Readonly<Record<string, unknown>>;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

export const calls: readonly Call[] = [
  {
    path: '/pbot.vm.v1.ExecutorService/Execute',
    request: {
      program: {
        language: 'sh',
        code: 'cat; echo "$1 $NAME"; cat file; exit 3',
        arguments: ['argument'],
        stdin: base64('input\n'),
        environment: { NAME: 'value' },
        files: [{ path: 'file', data: base64('of a file\n') }],
        timeLimit: '10s',
        requestId: 'of an old client',
      },
    },
    answer: {
      result: {
        language: 'sh',
        run: {
          exitCode: 3,
          stdout: { data: base64('input\nargument value\nof a file\n'), totalBytes: '31' },
        },
      },
    },
  },
  {
    path: '/pbot.vm.v1.ExecutorService/Execute',
    request: {
      program: { language: 'c11', code: '#include <stdio.h>\nint main(void) { puts("c"); }' },
    },
    answer: {
      result: { compile: { exitCode: 0 }, run: { exitCode: 0, stdout: { data: base64('c\n') } } },
    },
  },
  {
    path: '/pbot.vm.v1.ExecutorService/ListLanguages',
    request: {},
    answer: { languages: [{ name: 'bash' }, { name: 'c11' }] },
  },
  {
    path: '/pbot.vm.v1.ExecutorService/ListMachines',
    request: {},
    answer: { machines: [{ name: 'pbot-vm', connected: true }] },
  },
  {
    path: '/pbot.vm.v1.PbotService/Answer',
    request: { line: '-lang=sh echo hello' },
    answer: { text: 'hello' },
  },
  {
    path: '/pbot.vm.v1.WatchdogService/ListMachines',
    request: {},
    answer: { machines: [{ name: 'pbot-vm', state: 'MACHINE_STATE_READY' }] },
  },
  {
    path: '/pbot.vm.v1.SnapshotService/GetDomain',
    request: { domain: 'pbot-vm' },
    answer: { domain: { name: 'pbot-vm', state: 'DOMAIN_STATE_RUNNING', snapshots: ['1'] } },
  },
];
