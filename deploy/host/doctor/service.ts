// Check of `pbot-vm doctor`: whether one of the services serves.

import { status } from '@grpc/grpc-js';
import {
  HealthService,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '../../../services/gen/grpc/health/v1/health.js';
import { connect } from '../../../services/lib/access/client-access.js';
import { type Address, formatAddress } from '../../../services/lib/config/address.js';
import { connectionFailure } from '../../../services/lib/rpc/client.js';
import { RpcError } from '../../../services/lib/rpc/error.js';
import type { Host } from '../host.js';
import { type Check, type Finding, ok, skippedUntil, titles, warning } from './check.js';
import { callLimitMs } from './limits.js';
import { isListening, type Listeners } from './listeners.js';

/** Whether one of the services serves. */
export function serviceCheck(service: Service, answer: () => Promise<ServiceAnswer>): Check {
  return { title: service.title, run: async () => judgeService(service, await answer()) };
}

/** One of the services of pbot-vm. */
export interface Service {
  readonly title: string;
  /** Name of its contract. */
  readonly contract: string;
  /** The variable that sets its address. */
  readonly variable: string;
  readonly address: Address;
}

/** What was found at the address of a service. */
export type ServiceAnswer =
  | { readonly kind: 'absent' }
  | { readonly kind: 'serving' }
  /** It lives, and takes no work now. */
  | { readonly kind: 'unready' }
  /** It takes no new calls. */
  | { readonly kind: 'draining' }
  /** Somebody listens there who is not the service. */
  | { readonly kind: 'stranger'; readonly detail: string };

/** Asks for the health of a service where anybody listens at all. */
export async function askService(
  service: Service,
  host: Host,
  listeners: Listeners,
): Promise<ServiceAnswer> {
  const where = formatAddress(service.address);
  const channels = host.machines.flatMap(({ serial, heart }) => [serial, heart]);
  if (channels.some((channel) => formatAddress(channel) === where)) {
    // A connection would shut the service out that the channel belongs to.
    return { kind: 'stranger', detail: 'a channel of the machine' };
  }
  if (!isListening(listeners, service.address)) return { kind: 'absent' };
  const client = connect(HealthService, { address: service.address, access: host.access });
  try {
    const isServing = async (name: string) => {
      const response = await client.check({ service: name }, { timeoutMs: callLimitMs });
      return response.status === ServingStatus.SERVING;
    };
    // Only a service of ours knows this name; the empty one is known by all.
    if (await isServing(service.contract)) return { kind: 'serving' };
    return { kind: (await isServing('')) ? 'unready' : 'draining' };
  } catch (error) {
    return { kind: 'stranger', detail: describeStranger(RpcError.from(error)) };
  } finally {
    client.close();
  }
}

/** Judges what was found at the address of a service. */
export function judgeService({ title, address }: Service, answer: ServiceAnswer): Finding {
  const where = formatAddress(address);
  switch (answer.kind) {
    case 'serving':
      return ok(`serving at ${where}`);
    case 'unready':
      return warning(`at ${where} it takes no work now`, '"pbot-vm status" shows the machines.');
    case 'draining':
      return warning(`at ${where} it is stopping`, startAdvice);
    case 'absent':
      return warning(`not running at ${where}`, startAdvice);
    case 'stranger':
      return skippedUntil(titles.servicePorts, `at ${where} is something else than the ${title}`);
  }
}

/** What the message of a failed health check says about who was asked. */
export function describeStranger(error: RpcError): string {
  if (error.code === status.NOT_FOUND || error.code === status.UNIMPLEMENTED) {
    return 'another gRPC server';
  }
  if (error.code === status.DEADLINE_EXCEEDED) {
    return `a program that says nothing for ${callLimitMs} ms`;
  }
  return `a program that does not speak gRPC with this user (${connectionFailure(error.message)})`;
}

export const startAdvice = 'Start vm-server, or run "pbot-vm up".';

/** What helps where a service that is there has not answered a call. */
export function callAdvice({ code }: RpcError): string {
  const isRefused = code === status.UNAUTHENTICATED || code === status.PERMISSION_DENIED;
  return isRefused ? 'Let PBOTVM_TOKEN_FILE name a token that may call this service.' : startAdvice;
}
