// An HTTP/2 proxy that passes each call on and resets it with REFUSED_STREAM, as a proxy does that loses its server.

import { once } from 'node:events';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';

export interface RefusingProxy {
  readonly target: string;
  /** Calls so far, repeated ones included. */
  readonly calls: number;
  stop(): Promise<void>;
}

/**
 * @param target where the server listens
 * @param passesHeaders whether the client gets the server's response headers before the reset
 */
export async function startRefusingProxy(
  target: string,
  { passesHeaders }: { passesHeaders: boolean },
): Promise<RefusingProxy> {
  const upstream = http2.connect(`http://${target}`);
  const server = http2.createServer();
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  let calls = 0;
  server.on('stream', (stream, headers) => {
    calls += 1;
    // Node reports the reset that follows as an error of the stream too.
    stream.on('error', () => undefined);
    const onward = upstream.request(headers);
    onward.resume();
    stream.pipe(onward);
    onward.once('response', (response) => {
      if (passesHeaders) stream.respond(response);
      stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get calls() {
      return calls;
    },
    stop: async () => {
      upstream.destroy();
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
