import { credentials, Client as GrpcClient, Metadata, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ExecuteResponse,
  ExecutorServiceService,
  type InteractRequest,
  type InteractResponse,
  Limit,
  OutputStream,
  Phase,
  Program,
  type StreamExecuteResponse,
} from '../../../services/gen/pbot/vm/v1/executor.js';
import { MachineState } from '../../../services/gen/pbot/vm/v1/watchdog.js';
import { InteractSession } from '../../support/interact-session.js';
import { outputOf, TestSystem } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';

const options = { timeoutMs: 10_000 };

let system: TestSystem;

beforeAll(async () => {
  system = await TestSystem.create({ PBOTVM_LOG_LEVEL: 'debug' });
  await system.startAll();
});

afterAll(() => system.stop());

describe('Execute', () => {
  test('Execute gives the whole result of a program', async () => {
    const result = await system.run('cat; echo "$1" >&2; echo "$WHO"; exit 3', {
      stdin: Buffer.from('input\n'),
      arguments: ['argument'],
      environment: { WHO: 'me' },
      requestId: 'mine',
    });
    expect(result).toMatchObject({ requestId: 'mine', machine: 'pbot-vm', language: 'sh' });
    expect(result.executionId).not.toBe('');
    expect(result.generation).toBeGreaterThan(0);
    expect(outputOf(result)).toBe('input\nme\n');
    expect(Buffer.from(result.run?.stderr?.data ?? []).toString()).toBe('argument\n');
    expect(result.run?.outcome).toEqual({ $case: 'exitCode', value: 3 });
    expect(result.run?.limit).toBe(Limit.UNSPECIFIED);
    expect(result.run?.command).toEqual(['sh', 'program.sh', 'argument']);
  });

  test('Execute of a compiled language reports the compiler and the program apart', async () => {
    const code = '#include <stdio.h>\nint main(void) { puts("compiled"); return 0; }\n';
    const result = await system.run(code, { language: 'c' });
    expect(result.language).toBe('c11');
    expect(result.compile?.outcome).toEqual({ $case: 'exitCode', value: 0 });
    expect(outputOf(result)).toBe('compiled\n');
  });

  test('Execute of many programs at once runs each, one after the other', async () => {
    const numbers = Array.from({ length: 10 }, (_, i) => i);
    const results = await Promise.all(numbers.map((i) => system.run(`echo ${i}`)));
    expect(results.map(outputOf)).toEqual(numbers.map((i) => `${i}\n`));
  });
});

describe('the response headers', () => {
  test('the response headers of Execute come when a machine has taken the program, with the id of the execution', async () => {
    const client = new GrpcClient(system.target('executor'), credentials.createInsecure());
    const { path, requestSerialize, responseDeserialize } = ExecutorServiceService.execute;
    const program = Program.fromPartial({ language: 'sh', code: 'cat', stdin: Buffer.from('x') });
    const order: string[] = [];
    const [headers, response] = await new Promise<[Metadata, ExecuteResponse]>(
      (resolve, reject) => {
        let received = new Metadata();
        const call = client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          { program },
          (error, answer) => {
            order.push('answer');
            if (error !== null || answer === undefined) reject(error ?? new Error('no answer'));
            else resolve([received, answer]);
          },
        );
        call.on('metadata', (metadata) => {
          order.push('headers');
          received = metadata;
        });
      },
    );
    client.close();
    expect(order).toEqual(['headers', 'answer']);
    expect(headers.get('pbotvm-execution-id')).toEqual([response.result?.executionId]);
    expect(headers.get('pbotvm-machine')).toEqual(['pbot-vm']);
  });
});

describe('request_id', () => {
  test('request_id is in what the log says of an execution: start, end and refusal', async () => {
    const client = 'a client of the log';
    await system.run('true', { requestId: client });
    await system.errorOf('true', { requestId: client, machine: 'none' });
    await waitFor('three lines', () => {
      const lines = system.service('executor').output().split('\n');
      const texts = lines.filter((line) => line.includes(`"requestId":"${client}"`));
      return ['execution started', 'execution', 'execution refused'].every((text) =>
        texts.some((line) => line.includes(`"msg":"${text}"`)),
      );
    });
  });
});

describe('StreamExecute', () => {
  test('StreamExecute reports the events of each phase in order and nothing after the end', async () => {
    const code = 'int main(void) { return 7; }';
    const events = await stream({ language: 'c11', code, requestId: 'mine' });
    expect(events.map((event) => event?.$case)).toEqual([
      'started',
      'phaseStarted',
      'phaseStarted',
      'finished',
    ]);
    expect(events[0]).toMatchObject({ value: { requestId: 'mine', language: 'c11' } });
    expect(events[1]).toMatchObject({ value: { phase: Phase.COMPILE } });
    expect(events[2]).toMatchObject({ value: { phase: Phase.RUN } });
    expect(events[3]).toMatchObject({ value: { run: { outcome: { value: 7 } } } });
  });

  test('StreamExecute gives each stream its own output, once', async () => {
    const events = await stream({ language: 'sh', code: 'echo out; echo err >&2' });
    const output = (stream: OutputStream) =>
      events
        .flatMap((event) => (event?.$case === 'output' ? [event.value] : []))
        .filter((chunk) => chunk.stream === stream && chunk.phase === Phase.RUN)
        .map((chunk) => Buffer.from(chunk.data).toString())
        .join('');
    expect(output(OutputStream.STDOUT)).toBe('out\n');
    expect(output(OutputStream.STDERR)).toBe('err\n');
    const last = events.at(-1);
    expect(last).toMatchObject({
      $case: 'finished',
      value: { run: { stdout: { totalBytes: 4n } } },
    });
    expect(last?.$case === 'finished' && last.value.run?.stdout?.data).toHaveLength(0);
  });

  async function stream(program: Partial<Program>) {
    const request = { program: Program.fromPartial(program) };
    const events: StreamExecuteResponse['event'][] = [];
    for await (const { event } of system.executor.streamExecute(request)) events.push(event);
    return events;
  }
});

describe('Interact', () => {
  test('Interact reports the start with the request id', async () => {
    const call = system.executor.interact();
    call.write({ message: { $case: 'program', value: program('true', { requestId: 'mine' }) } });
    call.end();
    const events: InteractResponse['event'][] = [];
    for await (const { event } of call as AsyncIterable<InteractResponse>) events.push(event);
    expect(events[0]).toMatchObject({ $case: 'started', value: { requestId: 'mine' } });
    expect(events.at(-1)).toMatchObject({ $case: 'finished', value: { requestId: 'mine' } });
  });

  test('Interact carries what a user types to the program while it runs, and its end', async () => {
    const session = new InteractSession(system.executor);
    session.say({
      $case: 'program',
      value: program('while read -r x; do echo "[$x]"; done; echo end'),
    });
    await session.output('');
    session.say({ $case: 'stdin', value: Buffer.from('one\n') });
    await session.output('[one]\n');
    session.say({ $case: 'stdin', value: Buffer.from('two\n') });
    await session.output('[one]\n[two]\n');
    session.say({ $case: 'endOfInput', value: {} });
    await session.output('[one]\n[two]\nend\n');
    expect((await session.result()).run?.outcome).toEqual({ $case: 'exitCode', value: 0 });
  });

  test('Interact takes the end of the requests for the end of the input', async () => {
    const session = new InteractSession(system.executor);
    session.say({ $case: 'program', value: program('cat', { stdin: Buffer.from('first ') }) });
    session.say({ $case: 'stdin', value: Buffer.from('second') });
    session.call.end();
    await session.result();
    expect(session.text).toBe('first second');
  });

  test('Interact sends a signal to the program', async () => {
    const session = new InteractSession(system.executor);
    const code = 'trap "echo interrupted; exit 5" INT; echo ready; while :; do sleep 0.05; done';
    session.say({ $case: 'program', value: program(code) });
    await session.output('ready\n');
    session.say({ $case: 'signal', value: 'SIGINT' });
    expect((await session.result()).run?.outcome).toEqual({ $case: 'exitCode', value: 5 });
    expect(session.text).toBe('ready\ninterrupted\n');
  });

  test('Interact sends a signal to what a shell waits for, and the shell ends with it', async () => {
    const session = new InteractSession(system.executor);
    session.say({ $case: 'program', value: program('cat; echo after') });
    session.say({ $case: 'stdin', value: Buffer.from('ready\n') });
    await session.output('ready\n');
    session.say({ $case: 'signal', value: 'SIGINT' });
    const { run } = await session.result();
    expect(run?.outcome).toEqual({ $case: 'signal', value: 'SIGINT' });
    expect(session.text).toBe('ready\n');
  });

  test('Interact sends a signal to the compiler while that runs', async () => {
    const session = new InteractSession(system.executor);
    const compiled = program('int main(void) { return 0; }', {
      language: 'c11',
      options: ['-wrapper', 'sh,-c,echo${IFS}up;sleep${IFS}60'],
    });
    session.say({ $case: 'program', value: compiled });
    await session.output('up\n');
    session.say({ $case: 'signal', value: 'SIGINT' });
    const result = await session.result();
    expect(result.compile?.outcome).toEqual({ $case: 'signal', value: 'SIGINT' });
    expect(result.run).toBeUndefined();
  });

  test('Interact refuses a signal that is not offered, and ends the program', async () => {
    const session = new InteractSession(system.executor);
    session.say({ $case: 'program', value: program('echo ready; sleep 60') });
    await session.output('ready\n');
    session.say({ $case: 'signal', value: 'SIGSTOP' });
    const error = await session.error();
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(error.violations[0]?.field).toBe('signal');
    await waitFor('the end of the program', async () => (await system.running()) === 0);
    expect(outputOf(await system.run('echo next'))).toBe('next\n');
  });

  test.each<[string, InteractRequest['message'][], string]>([
    ['begins with something else', [{ $case: 'stdin', value: Buffer.from('x') }], 'program'],
    ['begins with nothing', [undefined], 'program'],
    ['ends before it has begun', [], 'program'],
  ])('Interact that %s is refused and names the field', async (_, messages, field) => {
    const session = new InteractSession(system.executor);
    for (const message of messages) session.say(message);
    session.call.end();
    const error = await session.error();
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(error.violations[0]?.field).toBe(field);
  });

  test('Interact refuses a second program, and ends the first', async () => {
    const session = new InteractSession(system.executor);
    session.say({ $case: 'program', value: program('echo ready; sleep 60') });
    await session.output('ready\n');
    session.say({ $case: 'program', value: program('echo second') });
    expect((await session.error()).violations[0]?.field).toBe('program');
    await waitFor('the end of the program', async () => (await system.running()) === 0);
  });

  function program(code: string, more: Partial<Program> = {}): Program {
    return Program.fromPartial({ language: 'sh', code, ...more });
  }
});

describe('the lists', () => {
  test('the lists of languages are sorted and tell aliases, version and whether they compile', async () => {
    const { languages } = await system.executor.listLanguages({}, options);
    expect(languages.map(({ name }) => name)).toEqual(['bash', 'c11', 'c2x', 'c89', 'c99', 'sh']);
    expect(languages[1]).toMatchObject({ compiled: true, version: expect.stringContaining('gcc') });
    expect(languages[1]?.aliases).toContain('c');
    expect(languages.at(-1)).toMatchObject({ compiled: false, aliases: ['shell'] });
  });

  test('the lists of machines tell how each is', async () => {
    const { machines } = await system.executor.listMachines({}, options);
    const watched = await system.watched('a machine', () => true);
    expect(machines).toEqual([
      {
        name: 'pbot-vm',
        state: MachineState.READY,
        generation: watched.generation,
        connected: true,
        running: 0,
        capacity: 1,
        dataAddress: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      },
    ]);
  });
});
