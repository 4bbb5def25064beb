// Who a request counts as in the queue, where clients take turns.

import type { Client } from '../lib/rpc/caller.js';

/**
 * The name that a request queues under: the client's if it is authenticated, else the requester that the program names
 * (PBot's nick).
 */
export function queuedAs(client: Client, requester: string): string {
  return client.isKnown ? client.name : requester || client.name;
}
