// Has vm-exec run one program while it is built, so that what V8 compiles for that can be kept. The code of all its functions would be
// twice as large, and vm-exec would load it 3 ms longer.

import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { execaNode } from 'execa';
import {
  ExecutorServiceService,
  type InteractRequest,
  InteractResponse,
  OutputStream,
  Phase,
} from '../../services/gen/pbot/vm/v1/executor.js';

/**
 * Writes compiled code beside the main file of vm-exec. Settings of whoever builds, such as another Executor, don't count.
 *
 * @param main absolute path
 * @throws ExecaError where vm-exec fails
 */
export async function rehearse(main: string): Promise<void> {
  const executor = new Server();
  executor.addService(ExecutorServiceService, { interact: sayHello });
  const listen = promisify(executor.bindAsync.bind(executor));
  const port = await listen('127.0.0.1:0', ServerCredentials.createInsecure());
  const child = fileURLToPath(new URL('./write-compiled.ts', import.meta.url));
  try {
    await execaNode(child, [main, '-lang=sh', 'echo hello'], {
      nodeOptions: ['--import', 'tsx'],
      stdin: 'ignore',
      extendEnv: false,
      env: { PBOTVM_SERVER: `127.0.0.1:${port}` },
    });
  } finally {
    executor.forceShutdown();
  }
}

function sayHello(call: ServerDuplexStream<InteractRequest, InteractResponse>): void {
  const send = (event: Parameters<typeof InteractResponse.fromPartial>[0]['event']) =>
    call.write(InteractResponse.fromPartial({ event }));
  call.once('data', () => {
    send({ $case: 'started', value: {} });
    send({ $case: 'phaseStarted', value: { phase: Phase.RUN, command: ['sh'] } });
    const data = Buffer.from('hello\n');
    send({ $case: 'output', value: { stream: OutputStream.STDOUT, data } });
    send({ $case: 'finished', value: { run: { outcome: { $case: 'exitCode', value: 0 } } } });
    call.end();
  });
}
