import { status } from '@grpc/grpc-js';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BadRequest, ErrorInfo } from '../../../services/gen/google/rpc/error_details.js';
import { bufCurl } from '../../support/buf-curl.js';
import { type ServiceName, TestSystem } from '../../support/system.js';

/** `buf curl` is a gRPC client of another make that knows nothing but what reflection tells it. */

let system: TestSystem;

beforeAll(async () => {
  system = await TestSystem.create();
  await system.startAll();
});

afterAll(() => system.stop());

function curl(service: ServiceName, path: string, options: readonly string[] = []) {
  const url = `http://${system.target(service)}${path}`;
  return execa('buf', ['curl', '--protocol', 'grpc', '--http2-prior-knowledge', ...options, url], {
    preferLocal: true,
    reject: false,
  });
}

async function call(service: ServiceName, method: string, request: object = {}) {
  const answer = await bufCurl(String(system.ports[service]), method, request);
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.response;
}

async function failure(service: ServiceName, method: string, request: object) {
  const answer = await bufCurl(String(system.ports[service]), method, request);
  if (answer.ok) throw new Error('the call has succeeded');
  const { code, message, details } = answer.error as GrpcFailure;
  const detail = (type: string) => {
    const value = details.find((each) => each.type === type)?.value;
    return value === undefined ? undefined : Buffer.from(value, 'base64');
  };
  const info = detail('google.rpc.ErrorInfo');
  const badRequest = detail('google.rpc.BadRequest');
  return {
    grpcCode: answer.grpcCode,
    code,
    message,
    info: info && ErrorInfo.decode(info),
    violations: badRequest && BadRequest.decode(badRequest).fieldViolations,
  };
}

interface GrpcFailure {
  readonly code: string;
  readonly message: string;
  readonly details: readonly { readonly type: string; readonly value: string }[];
}

const services: readonly [ServiceName, readonly string[]][] = [
  ['executor', ['pbot.vm.v1.ExecutorService', 'pbot.vm.v1.PbotService']],
  ['watchdog', ['pbot.vm.v1.WatchdogService']],
  ['snapshot', ['pbot.vm.v1.SnapshotService']],
];

describe.each(services)('the %s', (service, names) => {
  test.each(['grpc-v1', 'grpc-v1alpha'])(
    'each service lists its services by reflection %s',
    async (version) => {
      const { stdout } = await curl(service, '', [
        '--reflect-protocol',
        version,
        '--list-services',
      ]);
      expect(stdout.split('\n').sort()).toEqual(['grpc.health.v1.Health', ...names]);
    },
  );

  test('each service is healthy as a whole and by the name of its service', async () => {
    const method = 'grpc.health.v1.Health/Check';
    const answers = await Promise.all([
      call(service, method),
      ...names.map((name) => call(service, method, { service: name })),
    ]);
    expect(answers).toEqual(answers.map(() => ({ status: 'SERVING' })));
  });

  test('each service does not know the health of a service that it has not', async () => {
    const error = await failure(service, 'grpc.health.v1.Health/Check', { service: 'x' });
    expect(error).toMatchObject({ code: 'not_found', message: 'This server has no service "x".' });
  });
});

describe('the methods', () => {
  test('the methods of the Executor run a program, at once and as a stream', async () => {
    const program = { language: 'sh', code: 'echo hello' };
    const path = 'pbot.vm.v1.ExecutorService';
    expect(await call('executor', `${path}/Execute`, { program })).toMatchObject({
      result: { run: { exitCode: 0, stdout: { data: btoa('hello\n'), totalBytes: '6' } } },
    });
    const streamed = await curl('executor', `/${path}/StreamExecute`, [
      '-d',
      JSON.stringify({ program }),
    ]);
    expect(streamed.exitCode).toBe(0);
    expect(streamed.stdout).toMatch(/"started".*"phaseStarted".*"output".*"finished"/s);
  });

  test("the methods of PBot's service answer a line", async () => {
    const path = 'pbot.vm.v1.PbotService/Answer';
    const line = '-lang=sh echo hello';
    expect(await call('executor', path, { line })).toEqual({ text: 'hello' });
  });

  test('the methods of the Watchdog list its machine', async () => {
    const answer = await call('watchdog', 'pbot.vm.v1.WatchdogService/ListMachines');
    expect(answer).toMatchObject({
      machines: [{ name: 'pbot-vm', domain: 'pbot-vm', state: 'MACHINE_STATE_READY' }],
    });
  });

  test('the methods of the Snapshot service tell how a domain is', async () => {
    const answer = await call('snapshot', 'pbot.vm.v1.SnapshotService/GetDomain', {
      domain: 'pbot-vm',
    });
    expect(answer).toEqual({
      domain: {
        name: 'pbot-vm',
        state: 'DOMAIN_STATE_RUNNING',
        type: 'qemu',
        snapshots: ['1'],
        rebuildable: false,
        libvirtUri: 'test:///default',
      },
    });
  });
});

describe('an error', () => {
  test('an error of a field names the field and a reason to branch on', async () => {
    const program = { language: '', code: '' };
    const error = await failure('executor', 'pbot.vm.v1.ExecutorService/Execute', { program });
    expect(error).toMatchObject({
      grpcCode: status.INVALID_ARGUMENT,
      code: 'invalid_argument',
      message: 'program.language is required; program.code is required',
      info: { reason: 'INVALID_REQUEST', domain: 'pbot-vm' },
      violations: [
        { field: 'program.language', description: 'is required' },
        { field: 'program.code', description: 'is required' },
      ],
    });
  });

  test('an error of a program that was not started says so', async () => {
    const program = { language: 'qbasic', code: 'x' };
    const error = await failure('executor', 'pbot.vm.v1.ExecutorService/Execute', { program });
    expect(error).toMatchObject({
      grpcCode: status.INVALID_ARGUMENT,
      info: {
        reason: 'LANGUAGE_NOT_SUPPORTED',
        metadata: {
          execution: 'NOT_STARTED',
          language: 'qbasic',
          languages: 'bash, c11, c2x, c89, c99, sh',
        },
      },
      violations: [{ field: 'program.language' }],
    });
  });

  test.each([{}, { program: { language: 'sh' } }])(
    'an error of the request %j says that nothing has started',
    async (request) => {
      const { info } = await failure('executor', 'pbot.vm.v1.ExecutorService/Execute', request);
      expect(info?.metadata).toEqual({ execution: 'NOT_STARTED' });
    },
  );

  test('an error of the Watchdog names what is not there', async () => {
    const request = { machine: 'other' };
    const error = await failure('watchdog', 'pbot.vm.v1.WatchdogService/RevertMachine', request);
    expect(error).toMatchObject({
      grpcCode: status.NOT_FOUND,
      message: 'There is no machine "other"; there is pbot-vm.',
      info: { reason: 'MACHINE_NOT_FOUND', metadata: { machine: 'other' } },
    });
  });

  test('an error of the Snapshot service names what is not there and what to do', async () => {
    const request = { domain: 'pbot-vm', snapshot: 'missing' };
    const error = await failure('snapshot', 'pbot.vm.v1.SnapshotService/RevertSnapshot', request);
    expect(error).toMatchObject({
      grpcCode: status.NOT_FOUND,
      message:
        'Domain "pbot-vm" has no snapshot "missing": virsh -c test:///default snapshot-create-as pbot-vm missing',
      info: { reason: 'SNAPSHOT_NOT_FOUND', metadata: request },
    });
  });
});
