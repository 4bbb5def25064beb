// TLS at a listener and to a server. Certificates that change on the disk count from the next connection on.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import {
  createSecureContext,
  createServer,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls';
import { ChannelCredentials } from '@grpc/grpc-js';
import { FileBacked } from '../process/file-backed.js';
import type { Log } from '../process/log.js';
import type { Accept } from '../rpc/server.js';

/** What a listener shows to its clients and requires of them, as names of PEM files. */
export interface ServerTlsFiles {
  readonly cert: string;
  readonly key: string;
  /** The CA of the certificates that clients must have; `undefined`: they need none. */
  readonly clientCa: string | undefined;
}

/** What a client trusts and shows, as names of PEM files. */
export interface ClientTlsFiles {
  /** The CA of the server's certificate; `undefined`: those that Node.js trusts. */
  readonly ca: string | undefined;
  /** Shown to servers that ask for a certificate. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

const minVersion = 'TLSv1.2';

const handshakeTimeoutMs = 5000;

/** gRPC over TLS is agreed on by this name (RFC 7301). */
const http2Protocol = 'h2';

/**
 * Puts TLS on connections, each from its first byte on. Bytes that were read already may have been unshifted into it.
 * Files that change count from the next connection on.
 *
 * @throws Error where the files can't be used
 */
export function createTlsAcceptor(options: { files: ServerTlsFiles; log: Log }): Accept {
  const { files, log } = options;
  /** By the endpoint of the client: Node.js does not say which socket a TLS socket was made of. */
  const handshakes = new Map<string, (socket: Socket) => void>();
  const contextOptions = new FileBacked({
    paths: pathsOf(files.cert, files.key, files.clientCa),
    make: () => readServerFiles(files),
    onChange: logChange(log),
  });
  let inForce = contextOptions.current;
  const server = createServer({
    ...inForce,
    ALPNProtocols: [http2Protocol],
    requestCert: files.clientCa !== undefined,
    rejectUnauthorized: files.clientCa !== undefined,
    handshakeTimeout: handshakeTimeoutMs,
  });
  server.on('secureConnection', (socket) => {
    const serve = handshakes.get(endpointOf(socket));
    if (serve !== undefined && socket.alpnProtocol === http2Protocol) serve(socket);
    else socket.destroy();
  });
  server.on('tlsClientError', (error, socket) => {
    log.debug({ err: error }, 'a TLS handshake has failed');
    socket.destroy();
  });
  return (socket, serve) => {
    const endpoint = endpointOf(socket);
    handshakes.set(endpoint, serve);
    socket.once('close', () => {
      if (handshakes.get(endpoint) === serve) handshakes.delete(endpoint);
    });
    const { current } = contextOptions;
    if (current !== inForce) server.setSecureContext(current);
    inForce = current;
    server.emit('connection', socket);
  };
}

/**
 * TLS to a server. Files that change count from the next connection on.
 *
 * @throws Error where the files can't be used
 */
export function createTlsCredentials(files: ClientTlsFiles): ChannelCredentials {
  const backed = new FileBacked({
    paths: pathsOf(files.ca, files.cert, files.key),
    make: () => createSecureContext(readClientFiles(files)),
    // The client learns of it from the connection that fails.
    onChange: () => undefined,
  });
  const secureContext: SecureContext = {
    // Node.js asks for it at each connection.
    get context() {
      return backed.current.context as unknown;
    },
  };
  return ChannelCredentials.createFromSecureContext(secureContext);
}

/**
 * Reads the files of a listener.
 *
 * @throws Error where they can't be used or don't fit each other
 */
export function readServerFiles({ cert, key, clientCa }: ServerTlsFiles): SecureContextOptions {
  const ca = clientCa === undefined ? {} : { ca: readCertificates(clientCa) };
  const options = { cert: readFileSync(cert), key: readFileSync(key), minVersion, ...ca } as const;
  createSecureContext(options);
  return options;
}

/**
 * Reads a file with certificates.
 *
 * @throws Error where it holds none: Node.js would trust nobody, and say nothing
 */
export function readCertificates(path: string): Buffer {
  const text = readFileSync(path);
  new X509Certificate(text);
  return text;
}

function readClientFiles({ ca, cert, key }: ClientTlsFiles): SecureContextOptions {
  return {
    minVersion,
    ...(ca === undefined ? {} : { ca: readCertificates(ca) }),
    ...(cert === undefined ? {} : { cert: readFileSync(cert) }),
    ...(key === undefined ? {} : { key: readFileSync(key) }),
  };
}

function endpointOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}

function pathsOf(...paths: readonly (string | undefined)[]): string[] {
  return paths.filter((path) => path !== undefined);
}

function logChange(log: Log): (error: Error | undefined) => void {
  return (error) => {
    if (error === undefined) log.info('the certificates were read again');
    else
      log.error(
        `the certificates that have changed can't be used, the old ones stay: ${error.message}`,
      );
  };
}
