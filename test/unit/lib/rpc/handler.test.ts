import {
  type ServerWritableStream,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ExecutorServiceService,
  type InteractRequest,
  type InteractResponse,
  Language,
  type ListLanguagesRequest,
  type ListLanguagesResponse,
  type StreamExecuteRequest,
  type StreamExecuteResponse,
} from '../../../../services/gen/pbot/vm/v1/executor.js';
import { createClient, type RpcClient } from '../../../../services/lib/rpc/client.js';
import { RpcError } from '../../../../services/lib/rpc/error.js';
import {
  type CallContext,
  duplex,
  type MessageSink,
  serverStream,
  unary,
} from '../../../../services/lib/rpc/handler.js';
import { FakeCall, settled } from '../fake-call.js';
import { keepingLog, type Loopback, serve, silentLog } from '../loopback.js';

let loopback: Loopback;
let client: RpcClient<ExecutorServiceService>;

async function start(implementation: UntypedServiceImplementation): Promise<void> {
  loopback = await serve([{ definition: ExecutorServiceService, implementation }]);
  client = createClient(ExecutorServiceService, { target: loopback.target });
}

async function stop(): Promise<void> {
  client.close();
  await loopback.stop();
}

const refused = () =>
  new RpcError({
    code: status.UNAVAILABLE,
    reason: 'MACHINE_NOT_READY',
    message: 'No machine is ready.',
    retryDelayMs: 1000,
  });

const started = (executionId: string): StreamExecuteResponse => ({
  event: {
    $case: 'started',
    value: { executionId, requestId: '', machine: 'pbot-vm', generation: 1, language: 'sh' },
  },
});

const idOf = ({ event }: StreamExecuteResponse | InteractResponse) =>
  event?.$case === 'started' ? event.value.executionId : undefined;

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

describe('a handler of one message', () => {
  afterEach(stop);

  const serveUnary = (
    handle: (request: ListLanguagesRequest, context: CallContext) => Promise<ListLanguagesResponse>,
    log = silentLog,
  ) => start({ listLanguages: unary(log, handle) });

  const call = (timeoutMs = 5000, signal?: AbortSignal) =>
    client.listLanguages({}, { timeoutMs, ...(signal === undefined ? {} : { signal }) });

  it('a unary handler answers one message with one', async () => {
    const languages = [Language.fromPartial({ name: 'sh', aliases: ['shell'], version: '1' })];
    await serveUnary(() => Promise.resolve({ languages }));
    await expect(call()).resolves.toEqual({ languages });
  });

  it('a unary handler may send its headers before its response, and an error alone has none', async () => {
    let onHeaders = (): void => undefined;
    const headers = new Promise<void>((resolve) => {
      onHeaders = resolve;
    });
    await serveUnary(async (_request, context) => {
      context.sendHeaders({ 'pbotvm-machine': 'vm' });
      await headers;
      return { languages: [] };
    });
    await expect(client.listLanguages({}, { timeoutMs: 5000, onHeaders })).resolves.toEqual({
      languages: [],
    });
    await stop();
    await serveUnary(() => Promise.reject(refused()));
    let hasHeaders = false;
    const note = () => {
      hasHeaders = true;
    };
    await expect(
      client.listLanguages({}, { timeoutMs: 5000, onHeaders: note }),
    ).rejects.toMatchObject({ reason: 'MACHINE_NOT_READY' });
    expect(hasHeaders).toBe(false);
  });

  it('an RpcError of a unary handler reaches the client whole', async () => {
    await serveUnary(() => Promise.reject(refused()));
    await expect(call()).rejects.toMatchObject({
      code: status.UNAVAILABLE,
      reason: 'MACHINE_NOT_READY',
      message: 'No machine is ready.',
      retryDelayMs: 1000,
    });
  });

  it('any other error of a unary handler is logged and kept from the client', async () => {
    const { log, lines } = keepingLog();
    await serveUnary(() => Promise.reject(new TypeError('the secret is 42')), log);
    const error: unknown = await call().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: status.INTERNAL, reason: 'INTERNAL' });
    expect(String(error)).not.toContain('42');
    expect(lines.join()).toContain('the secret is 42');
  });

  it('a unary handler that throws before it returns a promise fails in the same way', async () => {
    await serveUnary(() => {
      throw new TypeError('the secret is 42');
    });
    const error: unknown = await call().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: status.INTERNAL, reason: 'INTERNAL' });
    expect(String(error)).not.toContain('42');
  });

  it('a unary handler learns that its client has gone away', async () => {
    const leaving = new AbortController();
    let aborted: Promise<void> | undefined;
    await serveUnary(async (_request, { signal }) => {
      aborted = whenAborted(signal);
      leaving.abort();
      await aborted;
      return { languages: [] };
    });
    await expect(call(5000, leaving.signal)).rejects.toMatchObject({ code: status.CANCELLED });
    await expect(aborted).resolves.toBeUndefined();
  });

  it("a unary handler learns that the client's deadline has passed", async () => {
    let aborted: Promise<void> | undefined;
    await serveUnary(async (_request, { signal }) => {
      aborted = whenAborted(signal);
      await aborted;
      return { languages: [] };
    });
    await expect(call(100)).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
    await expect(aborted).resolves.toBeUndefined();
  });
});

describe('a handler that answers with a stream', () => {
  afterEach(stop);

  const serveStream = (
    handle: (
      request: StreamExecuteRequest,
      sink: MessageSink<StreamExecuteResponse>,
      context: CallContext,
    ) => Promise<void>,
  ) => start({ streamExecute: serverStream(silentLog, handle) });

  it('a streaming handler sends its messages in order and ends the stream', async () => {
    await serveStream(async (_request, { send }) => {
      for (const id of ['1', '2', '3']) await send(started(id));
    });
    const ids: (string | undefined)[] = [];
    for await (const each of client.streamExecute({ program: undefined })) {
      ids.push(idOf(each));
    }
    expect(ids).toEqual(['1', '2', '3']);
  });

  it('a streaming handler that fails after some messages ends the stream with its error', async () => {
    await serveStream(async (_request, { send }) => {
      await send(started('1'));
      throw refused();
    });
    const ids: (string | undefined)[] = [];
    const read = async () => {
      for await (const each of client.streamExecute({ program: undefined })) {
        ids.push(idOf(each));
      }
    };
    await expect(read()).rejects.toMatchObject({ reason: 'MACHINE_NOT_READY' });
    expect(ids).toEqual(['1']);
  });

  it('a streaming handler learns that its client has left the loop', async () => {
    let gone: () => void = () => undefined;
    const left = new Promise<void>((resolve) => {
      gone = resolve;
    });
    await serveStream(async (_request, { send }, { signal }) => {
      await send(started('1'));
      await whenAborted(signal);
      gone();
    });
    for await (const each of client.streamExecute({ program: undefined })) {
      expect(idOf(each)).toBe('1');
      break;
    }
    await left;
    expect.assertions(1);
  });
});

describe('a handler of many messages that answers with many', () => {
  afterEach(stop);

  const serveDuplex = (
    handle: (
      requests: AsyncIterable<InteractRequest>,
      sink: MessageSink<InteractResponse>,
      context: CallContext,
    ) => Promise<void>,
  ) => start({ interact: duplex(silentLog, handle) });

  it('a duplex handler may answer after the client has closed its side', async () => {
    await serveDuplex(async (requests, { send }) => {
      let received = 0;
      for await (const _request of requests) received += 1;
      await send(started(String(received)));
      await send(started('last'));
    });
    const call = client.interact();
    call.write({ message: { $case: 'signal', value: 'SIGINT' } });
    call.write({ message: { $case: 'endOfInput', value: {} } });
    call.end();
    const ids: (string | undefined)[] = [];
    for await (const each of call) ids.push(idOf(each as InteractResponse));
    expect(ids).toEqual(['2', 'last']);
  });

  it('the error of a duplex handler reaches the client', async () => {
    await serveDuplex(() => Promise.reject(refused()));
    const call = client.interact();
    const read = async () => {
      for await (const _each of call) continue;
    };
    await expect(read()).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });

  it('a duplex handler learns that its client has gone away', async () => {
    let gone: () => void = () => undefined;
    const left = new Promise<void>((resolve) => {
      gone = resolve;
    });
    await serveDuplex(async (_requests, { send }, { signal }) => {
      await send(started('1'));
      await whenAborted(signal);
      gone();
    });
    const call = client.interact();
    call.on('error', () => undefined);
    call.once('data', () => call.cancel());
    await expect(left).resolves.toBeUndefined();
  });
});

describe('a message that is sent to a slow client', () => {
  const handleWith = (
    call: FakeCall<StreamExecuteRequest, StreamExecuteResponse>,
    handle: (sink: MessageSink<StreamExecuteResponse>, context: CallContext) => Promise<void>,
  ) => {
    const stream: unknown = call;
    serverStream<StreamExecuteRequest, StreamExecuteResponse>(
      silentLog,
      (_request, sink, context) => handle(sink, context),
    )(stream as ServerWritableStream<StreamExecuteRequest, StreamExecuteResponse>);
  };

  const slowCall = () => {
    const call = new FakeCall<StreamExecuteRequest, StreamExecuteResponse>({ program: undefined });
    call.isSlow = true;
    return call;
  };

  it('a message to a slow client waits until the client has caught up', async () => {
    const call = slowCall();
    handleWith(call, async ({ send }) => {
      await send(started('1'));
      await send(started('2'));
    });
    await settled();
    expect(call.written.map(idOf)).toEqual(['1']);
    call.catchUp();
    await settled();
    expect(call.written.map(idOf)).toEqual(['1', '2']);
    expect(call.listenerCount('drain')).toBe(0);
    expect(call.hasEnded).toBe(true);
  });

  it('a message after the end of a call, or after its error, is not sent', async () => {
    for (const end of [() => Promise.resolve(), () => Promise.reject(refused())]) {
      const call = slowCall();
      call.on('error', () => undefined);
      let late: Promise<void> | undefined;
      let sendLate = (): void => undefined;
      handleWith(call, ({ send }) => {
        sendLate = () => {
          late = send(started('late'));
        };
        return end();
      });
      await settled();
      sendLate();
      await expect(late).resolves.toBeUndefined();
      expect(call.written).toEqual([]);
    }
  });

  it('no message waits for a client that has gone away', async () => {
    const call = slowCall();
    handleWith(call, async ({ send }) => {
      await send(started('1'));
      await send(started('2'));
    });
    await settled();
    call.cancel();
    await settled();
    expect(call.written.map(idOf)).toEqual(['1']);
    expect(call.listenerCount('drain')).toBe(0);
    expect(call.hasEnded).toBe(true);
  });

  it('nothing is sent to a client that had gone away before the call was handled', async () => {
    const call = slowCall();
    call.cancelled = true;
    let isAborted = false;
    handleWith(call, async ({ send }, { signal }) => {
      isAborted = signal.aborted;
      await send(started('1'));
    });
    await settled();
    expect(isAborted).toBe(true);
    expect(call.written).toEqual([]);
  });
});
