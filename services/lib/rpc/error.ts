// The one error of our services: a gRPC status with a stable reason, and its form on the wire.

import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import type { Any } from '../../gen/google/protobuf/any.js';
import { BadRequest, ErrorInfo, RetryInfo } from '../../gen/google/rpc/error_details.js';
import { Status } from '../../gen/google/rpc/status.js';
import { durationFromMs, durationToMs } from '../config/duration.js';
import type { SpanFailure } from '../telemetry/tracing.js';
import { type Reason, statusOf } from './reasons.js';

/** Says what is wrong with one field of a request. */
export interface FieldViolation {
  /** Path of the field in the request, such as `program.language`. */
  readonly field: string;
  readonly description: string;
}

/** An error of our own: the reason decides the gRPC code, and the retry delay unless another one is given. */
export interface RpcErrorOptions extends RpcErrorDetails {
  readonly reason: Reason;
}

/** An error as another service has sent it. */
interface ReceivedErrorOptions extends RpcErrorDetails {
  readonly code: status;
  readonly reason: string;
}

interface RpcErrorDetails {
  /** One sentence for a person. */
  readonly message: string;
  /** The values that the message holds, by name. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Given where the same call may work after this time. */
  readonly retryDelayMs?: number;
  readonly violations?: readonly FieldViolation[];
  readonly cause?: unknown;
}

const errorDomain = 'pbot-vm';
/** The trailer with the details of an error. */
export const detailsKey = 'grpc-status-details-bin';
/** Clients with a retry policy wait that long, or repeat nothing (gRFC A6). */
const pushbackKey = 'grpc-retry-pushback-ms';
const noRetry = -1;
const typePrefix = 'type.googleapis.com/';

/**
 * The only error that leaves a service. On the wire it is a gRPC status with one google.rpc.ErrorInfo, and with
 * RetryInfo and BadRequest where they apply.
 */
export class RpcError extends Error implements SpanFailure {
  override readonly name = 'RpcError';
  readonly code: status;
  /** Stable UPPER_SNAKE_CASE constant that a client may branch on: a `Reason`, unless another version has sent it. */
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly retryDelayMs: number | undefined;
  readonly violations: readonly FieldViolation[];

  constructor(options: RpcErrorOptions | ReceivedErrorOptions) {
    super(options.message, { cause: options.cause });
    const { code, retryDelayMs } = 'code' in options ? options : statusOf(options.reason);
    this.code = code;
    this.reason = options.reason;
    this.metadata = options.metadata ?? {};
    this.retryDelayMs = options.retryDelayMs ?? retryDelayMs;
    this.violations = options.violations ?? [];
  }

  /** A request with fields that can't be used. */
  static badRequest(
    violations: readonly FieldViolation[],
    metadata: Readonly<Record<string, string>> = {},
  ): RpcError {
    return new RpcError({
      reason: 'INVALID_REQUEST',
      message: violations.map((v) => `${v.field} ${v.description}`).join('; '),
      metadata,
      violations,
    });
  }

  /** The only converter. What is neither an RpcError nor a gRPC status becomes INTERNAL, its text kept for the log. */
  static from(error: unknown): RpcError {
    if (error instanceof RpcError) return error;
    if (isServiceError(error)) return fromServiceError(error);
    return new RpcError({
      reason: 'INTERNAL',
      message: 'The service has met an error of its own; its log tells which.',
      cause: error,
    });
  }

  /** The error of a call that a service had taken. Without details of the service nobody knows what was done. */
  static ofTakenCall(error: unknown): RpcError {
    const received = RpcError.from(error);
    if (!isServiceError(error) || hasInfo(error)) return received;
    const { code, reason } = received;
    return new RpcError({
      code,
      reason,
      message: `the answer was lost on its way, and what was asked for may have been done: ${error.details}`,
      metadata: { execution: 'OUTCOME_UNKNOWN' },
      cause: error,
    });
  }

  /** Whether no service has answered: each of its own errors has a reason, and a status without one is the connection's. */
  get isOfConnection(): boolean {
    const isUnexplained = this.code === status.UNAVAILABLE && this.reason === 'UNAVAILABLE';
    return isUnexplained && this.metadata['execution'] === undefined;
  }

  get isServerFailure(): boolean {
    return serverFailures.includes(this.code);
  }

  toStatus(): StatusObject {
    const metadata = new Metadata();
    metadata.set(detailsKey, Buffer.from(encodeDetails(this)));
    metadata.set(pushbackKey, String(Math.ceil(this.retryDelayMs ?? noRetry)));
    return { code: this.code, details: this.message, metadata };
  }
}

/** As the semantic conventions of OpenTelemetry have it. */
const serverFailures: readonly status[] = [
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.UNIMPLEMENTED,
  status.INTERNAL,
  status.UNAVAILABLE,
  status.DATA_LOSS,
];

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error && 'metadata' in error;
}

function hasInfo(error: ServiceError): boolean {
  return findDetail(detailsOf(error), 'google.rpc.ErrorInfo', ErrorInfo) !== undefined;
}

function detailsOf(error: ServiceError): readonly Any[] {
  const encoded = error.metadata.get(detailsKey)[0];
  return encoded instanceof Buffer ? (tryDecode(Status, encoded)?.details ?? []) : [];
}

function fromServiceError(error: ServiceError): RpcError {
  const details = detailsOf(error);
  const info = findDetail(details, 'google.rpc.ErrorInfo', ErrorInfo);
  const retry = findDetail(details, 'google.rpc.RetryInfo', RetryInfo)?.retryDelay;
  const badRequest = findDetail(details, 'google.rpc.BadRequest', BadRequest);
  return new RpcError({
    code: error.code,
    reason: info?.reason ?? status[error.code] ?? 'UNKNOWN',
    message: error.details,
    metadata: info?.metadata ?? {},
    ...(retry === undefined ? {} : { retryDelayMs: durationToMs(retry) }),
    violations: badRequest?.fieldViolations ?? [],
    cause: error,
  });
}

interface Decoder<T> {
  decode(value: Uint8Array): T;
}

function findDetail<T>(details: readonly Any[], type: string, message: Decoder<T>): T | undefined {
  const detail = details.find((candidate) => candidate.typeUrl === typePrefix + type);
  return detail === undefined ? undefined : tryDecode(message, detail.value);
}

/** Details are optional: if something on the way has garbled them, the status counts without them. */
function tryDecode<T>(message: Decoder<T>, value: Uint8Array): T | undefined {
  try {
    return message.decode(value);
  } catch {
    return undefined;
  }
}

function encodeDetails(error: RpcError): Uint8Array {
  const info = { reason: error.reason, domain: errorDomain, metadata: { ...error.metadata } };
  const details: Any[] = [
    { typeUrl: `${typePrefix}google.rpc.ErrorInfo`, value: ErrorInfo.encode(info).finish() },
  ];
  if (error.retryDelayMs !== undefined) {
    const retry = { retryDelay: durationFromMs(error.retryDelayMs) };
    details.push({
      typeUrl: `${typePrefix}google.rpc.RetryInfo`,
      value: RetryInfo.encode(retry).finish(),
    });
  }
  if (error.violations.length > 0) {
    const fieldViolations = error.violations.map((v) => ({
      ...v,
      reason: error.reason,
    }));
    details.push({
      typeUrl: `${typePrefix}google.rpc.BadRequest`,
      value: BadRequest.encode({ fieldViolations }).finish(),
    });
  }
  return Status.encode({ code: error.code, message: error.message, details }).finish();
}
