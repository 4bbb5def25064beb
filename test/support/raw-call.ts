// Calls of gRPC whose bytes a test chooses, over the HTTP/2 client of Node.js.

import { type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2';
import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { RpcError } from '../../services/lib/rpc/error.js';

/** How a call has ended. */
export interface RawEnd {
  readonly error: RpcError;
  /** Response headers and trailers. */
  readonly headers: IncomingHttpHeaders;
}

/** A message as it is on the wire: a flag, a length, the bytes. */
export function framed(
  message: Uint8Array,
  { flag = 0, length = message.length }: { flag?: number; length?: number } = {},
): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag);
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}

/** Makes one call, on a connection of its own. Without `onHeaders` the client's side ends at once. */
export async function rawCall(
  port: number,
  options: {
    path: string;
    bytes: Uint8Array;
    headers?: Readonly<Record<string, string>>;
    /** Called when the response headers have come. What it sends ends the client's side. */
    onHeaders?: (call: ClientHttp2Stream) => void;
  },
): Promise<RawEnd> {
  const { path, bytes, headers = {}, onHeaders } = options;
  const session = connect(`http://127.0.0.1:${port}`);
  const call = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  let received: IncomingHttpHeaders = {};
  call.on('response', (response) => {
    received = { ...received, ...response };
    onHeaders?.(call);
  });
  call.on('trailers', (trailers) => {
    received = { ...received, ...trailers };
  });
  if (onHeaders === undefined) call.end(bytes);
  else call.write(bytes);
  try {
    await new Promise((resolve, reject) => {
      call.on('end', resolve);
      call.on('error', reject);
      call.resume();
    });
    return { error: errorOf(received), headers: received };
  } finally {
    session.destroy();
  }
}

function errorOf(headers: IncomingHttpHeaders): RpcError {
  const details = decodeURI(String(headers['grpc-message']));
  const error: ServiceError = Object.assign(new Error(details), {
    code: Number(headers['grpc-status']),
    details,
    metadata: Metadata.fromHttp2Headers(headers),
  });
  return RpcError.from(error);
}
