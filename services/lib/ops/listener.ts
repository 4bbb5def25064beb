// The listener for operators: probes of life and of readiness, and the metrics, by HTTP. It takes no commands.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Address, formatAddress } from '../config/address.js';
import type { Log } from '../process/log.js';
import { listenAt } from '../rpc/listener.js';
import type { Readiness } from './readiness.js';

/** Probes and scrapes are few and small. Whoever opens more connections waits, or is closed after the time limit. */
const bounds = {
  maxConnections: 64,
  requestTimeoutMs: 5000,
  maxHeaderBytes: 8192,
};

export interface OpsListener {
  close(): void;
}

/** @throws UserError where the address can't be listened on */
export async function openOpsListener(options: {
  address: Address;
  readiness: Readiness;
  /** All metrics in the text format of Prometheus; `undefined` where there are none. */
  scrape: (() => Promise<string>) | undefined;
  log: Log;
}): Promise<OpsListener> {
  const { address, log } = options;
  const server = createServer(
    {
      requestTimeout: bounds.requestTimeoutMs,
      headersTimeout: bounds.requestTimeoutMs,
      connectionsCheckingInterval: bounds.requestTimeoutMs,
      maxHeaderSize: bounds.maxHeaderBytes,
    },
    (request, response) => {
      answer(request, options).then(
        (reply) => send(response, reply),
        (error: unknown) => {
          log.warn({ err: error }, 'an operator was not answered');
          send(response, { status: 500, text: 'The log has the error.' });
        },
      );
    },
  );
  server.maxConnections = bounds.maxConnections;
  await listenAt(server, address);
  log.info({ address: formatAddress(address) }, 'operators are answered');
  return {
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

async function answer(
  { method, url = '' }: IncomingMessage,
  { readiness, scrape }: { readiness: Readiness; scrape: (() => Promise<string>) | undefined },
): Promise<Reply> {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, text: 'Only GET is answered.' };
  switch (url.replace(/\?.*/, '')) {
    case '/livez':
      return { status: 200, text: 'alive' };
    case '/readyz': {
      const { isReady, detail } = readiness.current;
      return { status: isReady ? 200 : 503, text: detail };
    }
    case '/metrics':
      if (scrape === undefined) return { status: 503, text: 'There are no metrics.' };
      return { status: 200, text: (await scrape()).trimEnd() };
    default:
      return { status: 404, text: 'There is /livez, /readyz and /metrics.' };
  }
}

/** The version is that of the text format of Prometheus, which takes any text that says so. */
function send(response: ServerResponse, { status, text }: Reply): void {
  response.writeHead(status, {
    'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(`${text}\n`);
}
