import { z } from 'zod';
import { readToken } from '../access/client-access.js';
import { readCertificates, readServerFiles } from '../access/tls.js';
import { readTokenFile } from '../access/tokens.js';
import { type Address, AddressError, formatAddress, isLoopback, parseAddress } from './address.js';
import { builtInLimits, type LimitTable, LimitTableError, readLimitTable } from './limit-table.js';
import { domainName, snapshotNameText } from './names.js';
import { parsedText } from './parsed-text.js';
import { type MachineEntry, PoolError, readPoolFile } from './pool.js';
import { type RevertPolicy, revertPolicies } from './revert-policy.js';

/** One environment variable: how it is called, described in `--help`, and read. */
export interface Variable<T> {
  readonly name: string;
  /** What `--help` shows as the default. */
  readonly defaultText: string;
  readonly description: string;
  /** The text that stands in where the variable is not set. */
  readonly derive?: (environment: NodeJS.ProcessEnv) => string | undefined;
  /** Reads the text; `undefined` where the variable is not set. */
  readonly schema: z.ZodType<T, string | undefined>;
  /** What is wrong with the value beside those of other variables; continues a sentence that begins with the name. */
  complain?(value: T, environment: NodeJS.ProcessEnv): string | undefined;
}

/** What a set of variables was set to. */
export type Values<V extends Record<string, Variable<unknown>>> = {
  readonly [K in keyof V]: V[K] extends Variable<infer T> ? T : never;
};

/** A variable has a value that can't be used. The message holds one sentence a variable, each naming it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the variables out of an environment. An empty variable counts as not set.
 *
 * @throws ConfigError
 */
export function readVariables<V extends Record<string, Variable<unknown>>>(
  variables: V,
  environment: NodeJS.ProcessEnv,
): Values<V> {
  const values: Record<string, unknown> = {};
  const complaints: string[] = [];
  for (const [key, variable] of Object.entries(variables)) {
    const text = environment[variable.name] || variable.derive?.(environment) || undefined;
    const result = variable.schema.safeParse(text);
    const complaint = result.success
      ? variable.complain?.(result.data, environment)
      : result.error.issues.map(({ message }) => message).join(', ');
    if (complaint !== undefined) complaints.push(`${variable.name} ${complaint}.`);
    values[key] = result.data;
  }
  if (complaints.length > 0) throw new ConfigError(complaints.join('\n'));
  return values as Values<V>;
}

/** The table of variables that `--help` prints. */
export function describeVariables(variables: Record<string, Variable<unknown>>): string {
  const rows = Object.values(variables);
  const nameWidth = Math.max(...rows.map((row) => row.name.length));
  const defaultWidth = Math.max(...rows.map((row) => row.defaultText.length));
  return rows
    .map((row) => {
      const name = row.name.padEnd(nameWidth);
      return `  ${name}  ${row.defaultText.padEnd(defaultWidth)}  ${row.description}`;
    })
    .join('\n');
}

const domain: Variable<string> = {
  name: 'PBOTVM_DOMAIN',
  defaultText: 'pbot-vm',
  description: 'The libvirt domain identifier',
  schema: domainName.default('pbot-vm'),
};

const server: Variable<Address> = {
  name: 'PBOTVM_SERVER',
  defaultText: '9000',
  description: 'Port of the Executor, for gRPC and for PBot: port, host:port or unix:/path',
  schema: address('9000'),
};

const serial: Variable<Address> = {
  name: 'PBOTVM_SERIAL',
  defaultText: '5555',
  description: 'Address of the data channel: port, host:port or unix:/path',
  schema: address('5555'),
};

const heart: Variable<Address> = {
  name: 'PBOTVM_HEART',
  defaultText: '5556',
  description: 'Address of the heartbeat channel: port, host:port or unix:/path',
  schema: address('5556'),
};

const timeoutMs: Variable<number> = {
  name: 'PBOTVM_TIMEOUT',
  defaultText: '10',
  description: 'Duration before command times out (in seconds)',
  schema: z
    .string()
    .default('10')
    .transform((text, context) => {
      const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
      if (seconds < 0.1 || seconds > 3600) {
        context.addIssue('must be a number of seconds from 0.1 to 3600');
        return z.NEVER;
      }
      return seconds * 1000;
    }),
};

const limits: Variable<LimitTable> = {
  name: 'PBOTVM_LIMITS',
  defaultText: 'not set',
  description: 'File with defaults and maxima of what an execution may use and give back',
  schema: z
    .string()
    .transform(
      parsedText({
        parse: readLimitTable,
        errorType: LimitTableError,
        prefix: "names a file that can't be used: ",
      }),
    )
    .optional()
    .transform((table) => table ?? builtInLimits),
};

const noRevert: Variable<boolean> = {
  name: 'PBOTVM_NOREVERT',
  defaultText: 'not set',
  description: 'If set (and not 0) then the VM will not revert to previous snapshot',
  schema: z
    .string()
    .default('0')
    .transform((text) => text !== '0'),
};

const revert: Variable<RevertPolicy> = {
  name: 'PBOTVM_REVERT',
  defaultText: 'failure',
  description:
    'When a machine is reverted: failure (after a fault), always (after each execution too), never',
  schema: z
    .enum(revertPolicies, { error: `must be ${revertPolicies.join(', ')}` })
    .default('failure'),
};

const machines: Variable<readonly MachineEntry[] | undefined> = {
  name: 'PBOTVM_MACHINES',
  defaultText: 'not set',
  description:
    'File with several machines, in place of PBOTVM_DOMAIN, PBOTVM_SERIAL and PBOTVM_HEART',
  schema: z
    .string()
    .transform(
      parsedText({
        parse: readPoolFile,
        errorType: PoolError,
        prefix: "names a file that can't be used: ",
      }),
    )
    .optional(),
};

const watchdog: Variable<Address> = {
  name: 'PBOTVM_WATCHDOG',
  defaultText: 'PBOTVM_SERVER + 100',
  description: 'Address of the Watchdog: port, host:port or unix:/path',
  derive: (environment) => besideExecutor(environment, 100),
  schema: address('9100'),
};

const snapshot: Variable<Address> = {
  name: 'PBOTVM_SNAPSHOT',
  defaultText: 'PBOTVM_SERVER + 200',
  description: 'Address of the Snapshot service: port, host:port or unix:/path',
  derive: (environment) => besideExecutor(environment, 200),
  schema: address('9200'),
};

const snapshotName: Variable<string> = {
  name: 'PBOTVM_SNAPSHOT_NAME',
  defaultText: '1',
  description: 'Name of the snapshot that the machine is put back to',
  schema: snapshotNameText.default('1'),
};

const libvirtUri: Variable<string | undefined> = {
  name: 'PBOTVM_LIBVIRT_URI',
  defaultText: 'by user',
  description:
    'libvirt connection; else LIBVIRT_DEFAULT_URI, else qemu:///system for root and qemu:///session for others',
  derive: (environment) => environment['LIBVIRT_DEFAULT_URI'],
  schema: z
    .string()
    .regex(/^[a-z+]+:\/\//, { error: 'must be a libvirt URI, such as qemu:///system' })
    .optional(),
};

const home: Variable<string | undefined> = {
  name: 'PBOTVM_HOME',
  defaultText: 'by user',
  description:
    'Where machines are kept; by default /var/lib/pbot-vm for root, else ~/.local/share/pbot-vm',
  schema: absolutePath(),
};

const cache: Variable<string | undefined> = {
  name: 'PBOTVM_CACHE',
  defaultText: 'by user',
  description:
    'Where images are kept; by default /var/cache/pbot-vm for root, else ~/.cache/pbot-vm',
  schema: absolutePath(),
};

const maxCodeBytes: Variable<number> = {
  name: 'PBOTVM_MAX_CODE',
  defaultText: '1048576',
  description: 'Largest program that is accepted, files included, in bytes',
  schema: wholeNumber({ fallback: '1048576', min: 1, max: 16 * 1024 * 1024 }),
};

const maxQueue: Variable<number> = {
  name: 'PBOTVM_QUEUE',
  defaultText: '64',
  description: 'Executions that may wait for a free machine before new ones are refused',
  schema: wholeNumber({ fallback: '64', min: 0, max: 10_000 }),
};

const tls: Variable<boolean> = {
  name: 'PBOTVM_TLS',
  defaultText: 'on',
  description: 'TLS beyond loopback: on, or off where a proxy or a mesh encrypts instead',
  schema: z
    .enum(['on', 'off'], { error: 'must be on or off' })
    .default('on')
    .transform((text) => text === 'on'),
};

const tlsCert: Variable<string | undefined> = {
  name: 'PBOTVM_TLS_CERT',
  defaultText: 'not set',
  description: 'File with the own certificate (PEM): of a listener; of a client that must have one',
  schema: file(readCertificates),
  complain: (path, environment) => {
    const key = environment[tlsKey.name];
    if (path === undefined) return undefined;
    if (!key) return `needs ${tlsKey.name} beside it`;
    try {
      readServerFiles({ cert: path, key, clientCa: undefined });
      return undefined;
    } catch (error) {
      return `can't be used with ${tlsKey.name}: ${String(error)}`;
    }
  },
};

const tlsKey: Variable<string | undefined> = {
  name: 'PBOTVM_TLS_KEY',
  defaultText: 'not set',
  description: 'File with the private key of that certificate (PEM)',
  schema: z.string().optional(),
  complain: (path, environment) =>
    path !== undefined && !environment[tlsCert.name]
      ? `needs ${tlsCert.name} beside it`
      : undefined,
};

const tlsClientCa: Variable<string | undefined> = {
  name: 'PBOTVM_TLS_CLIENT_CA',
  defaultText: 'not set',
  description:
    'File with the CA (PEM) that clients of a listener must have their certificates from',
  schema: file(readCertificates),
  complain: (path, environment) =>
    path !== undefined && !environment[tlsCert.name]
      ? `needs ${tlsCert.name} beside it`
      : undefined,
};

const tlsCa: Variable<string | undefined> = {
  name: 'PBOTVM_TLS_CA',
  defaultText: "Node.js's own",
  description:
    'File with the CA (PEM) that services beyond loopback must have their certificates from',
  schema: file(readCertificates),
};

const tokens: Variable<string | undefined> = {
  name: 'PBOTVM_TOKENS',
  defaultText: 'not set',
  description: 'File with the tokens that clients of a listener beyond loopback must have',
  schema: file(readTokenFile),
};

const tokenFile: Variable<string | undefined> = {
  name: 'PBOTVM_TOKEN_FILE',
  defaultText: 'not set',
  description: 'File with the token that is shown to services beyond loopback',
  schema: file(readToken),
};

const lines: Variable<'local' | 'everywhere'> = {
  name: 'PBOTVM_LINES',
  defaultText: 'local',
  description:
    "Where PBot's lines are served: local (loopback, Unix socket) or everywhere, to all without a token",
  schema: z
    .enum(['local', 'everywhere'], { error: 'must be local or everywhere' })
    .default('local'),
};

const logLevel: Variable<'debug' | 'info' | 'warn' | 'error'> = {
  name: 'PBOTVM_LOG_LEVEL',
  defaultText: 'info',
  description: 'debug, info, warn or error',
  schema: z
    .enum(['debug', 'info', 'warn', 'error'], { error: 'must be debug, info, warn or error' })
    .default('info'),
};

/** What is wrong with one of OpenTelemetry is logged: no program fails for its traces. */
function openTelemetry(name: string, description: string): Variable<string | undefined> {
  return { name, defaultText: 'not set', description, schema: z.string().optional() };
}

const otlpEndpoint = openTelemetry(
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'URL of the collector that takes traces, such as http://127.0.0.1:4318',
);

const otlpTracesEndpoint = openTelemetry(
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'The same for traces alone, with its path (/v1/traces)',
);

const otelExporters = openTelemetry(
  'OTEL_TRACES_EXPORTER',
  'Where traces go: otlp (once a collector is named), console (the log), none',
);

const otlpProtocol = openTelemetry(
  'OTEL_EXPORTER_OTLP_PROTOCOL',
  'How they go to the collector: http/protobuf (unless set) or http/json',
);

const otlpTracesProtocol = openTelemetry(
  'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
  'The same for traces alone',
);

const otelDisabled = openTelemetry('OTEL_SDK_DISABLED', 'true: no traces, whatever else is set');

/** Those that switch traces on. OpenTelemetry's SDK reads its further ones itself. */
export const telemetryVariables = {
  otlpEndpoint,
  otlpTracesEndpoint,
  otelExporters,
  otlpProtocol,
  otlpTracesProtocol,
  otelDisabled,
};

/** Every variable that pbot-vm reads. A program picks those that it needs. */
export const variables = {
  domain,
  server,
  serial,
  heart,
  timeoutMs,
  limits,
  noRevert,
  revert,
  machines,
  watchdog,
  snapshot,
  snapshotName,
  libvirtUri,
  home,
  cache,
  maxCodeBytes,
  maxQueue,
  tls,
  tlsCert,
  tlsKey,
  tlsClientCa,
  tokens,
  tlsCa,
  tokenFile,
  lines,
  logLevel,
  ...telemetryVariables,
};

/** Those that guard a listener beyond loopback. */
export const guardVariables = { tls, tlsCert, tlsKey, tlsClientCa, tokens };

/** Those by which a client gets into a service beyond loopback. */
export const accessVariables = { tls, tlsCert, tlsKey, tlsCa, tokenFile };

/**
 * The address of a service for the service itself: beyond loopback it must be guarded.
 *
 * @param options.knowsClients whether clients must be known, because they may do harm
 */
function listener(
  variable: Variable<Address>,
  options: { knowsClients: boolean },
): Variable<Address> {
  return {
    ...variable,
    complain: (where, environment) => {
      const missing = isLoopback(where) ? undefined : missingGuard(environment, options);
      if (missing === undefined) return undefined;
      return `(${formatAddress(where)}) is beyond loopback: ${missing}, or choose a loopback address or a Unix socket`;
    },
  };
}

/** The addresses of the three services for the services themselves. */
export const listeners = {
  server: listener(server, { knowsClients: false }),
  watchdog: listener(watchdog, { knowsClients: true }),
  snapshot: listener(snapshot, { knowsClients: true }),
};

/** What is to be done first. */
function missingGuard(
  environment: NodeJS.ProcessEnv,
  { knowsClients }: { knowsClients: boolean },
): string | undefined {
  const isSet = (variable: Variable<unknown>) => Boolean(environment[variable.name]);
  const certificate = `${tlsCert.name} and ${tlsKey.name}`;
  if (environment[tls.name] === 'off') {
    return isSet(tokens) ? undefined : `with ${tls.name}=off it needs ${tokens.name}`;
  }
  if (!isSet(tlsCert)) {
    return isSet(tokens)
      ? `tokens must not travel in clear: set ${certificate} (or ${tls.name}=off where a proxy encrypts)`
      : `set ${certificate} for TLS, and ${tokens.name} for the tokens of clients`;
  }
  if (!knowsClients || isSet(tokens) || isSet(tlsClientCa)) return undefined;
  return `whoever calls it must be known: set ${tokens.name} or ${tlsClientCa.name}`;
}

/** A file that must be readable, and hold what it should, from the start on. */
function file(read: (path: string) => unknown): z.ZodType<string | undefined, string | undefined> {
  const parse = (path: string) => {
    read(path);
    return path;
  };
  const prefix = "names a file that can't be used: ";
  return z
    .string()
    .transform(parsedText({ parse, errorType: Error, prefix }))
    .optional();
}

function address(fallback: string): z.ZodType<Address, string | undefined> {
  return z
    .string()
    .default(fallback)
    .transform(
      parsedText({ parse: parseAddress, errorType: AddressError, prefix: "can't be used: " }),
    );
}

/**
 * A second set of services beside the first needs other ports for all three: one variable gives them. Where the Executor
 * is opened to others, the two that serve it alone stay where they are safe.
 */
function besideExecutor(environment: NodeJS.ProcessEnv, offset: number): string | undefined {
  const text = environment['PBOTVM_SERVER'] ?? '';
  const [, host = '', port] = /^(?:(.*):)?(\d+)$/.exec(text) ?? [];
  if (port === undefined || text.startsWith('unix:')) return undefined;
  const isLocal = isLoopback({ kind: 'tcp', host: host.replace(/^\[(.*)\]$/, '$1'), port: 0 });
  return `${isLocal ? `${host}:` : ''}${Number(port) + offset}`;
}

function absolutePath(): z.ZodType<string | undefined, string | undefined> {
  return z.string().startsWith('/', { error: 'must be an absolute path' }).optional();
}

function wholeNumber(options: {
  fallback: string;
  min: number;
  max: number;
}): z.ZodType<number, string | undefined> {
  return z
    .string()
    .default(options.fallback)
    .transform((text, context) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
      if (value < options.min || value > options.max) {
        context.addIssue(`must be a whole number from ${options.min} to ${options.max}`);
        return z.NEVER;
      }
      return value;
    });
}
