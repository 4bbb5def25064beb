// The configuration of an HAProxy in front of the Executors of several hosts. Pure.

import { isIP } from 'node:net';
import { formatAddress } from '../../lib/config/address.js';
import type { ClusterHost } from './arguments.js';

/** What an operator decides. */
export interface HaproxyOptions {
  readonly hosts: readonly ClusterHost[];
  /** Where clients connect, as HAProxy writes it. */
  readonly bind: string;
  /** Where the agent of each host listens. */
  readonly agentPort: number;
  /** On loopback: a process that HAProxy starts for a reload gets the table of request ids there. */
  readonly peerPort: number;
  /** File with a certificate and its key, for clients that speak TLS. */
  readonly clientTls?: string | undefined;
  /** File with the CA of hosts that speak TLS. */
  readonly hostCa?: string | undefined;
  /** How long a request may wait for a free slot of any host. */
  readonly maxQueueSeconds: number;
  /** Whether PBot's lines are served beside gRPC. */
  readonly lines: boolean;
  /** Where operators look at the states of hosts. */
  readonly statsSocket?: string | undefined;
}

type Section = readonly string[];

/** The whole configuration, for HAProxy 2.6 or newer. */
export function haproxyConfiguration(options: HaproxyOptions): string {
  const sections: Section[] = [
    head(options),
    globalSection(options),
    defaultsSection(options),
    peersSection(options),
    ...frontends(options),
    grpcBackend(options, 'grpc', ['  balance leastconn']),
    grpcBackend(options, 'repeats', byRequestId),
    ...clientTables,
    ...(options.lines ? [linesBackend(options)] : []),
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function head({ hosts, agentPort, hostCa, lines }: HaproxyOptions): Section {
  const port = hosts[0]?.port ?? 9000;
  const guard =
    hostCa === undefined
      ? 'PBOTVM_TLS=off, and PBOTVM_TOKENS'
      : 'PBOTVM_TLS_CERT and PBOTVM_TLS_KEY of the CA, and PBOTVM_TOKENS';
  return [
    '# HAProxy in front of the Executors of pbot-vm. The command `pbot-vm cluster haproxy` has written this.',
    `# Each host has PBOTVM_SERVER=0.0.0.0:${port}, PBOTVM_AGENT=0.0.0.0:${agentPort}, and PBOTVM_PROXY with the address of this proxy.`,
    `# Each host has ${guard}${lines ? ', and PBOTVM_LINES=everywhere' : ''}.`,
    '# Let only this proxy reach the ports of the hosts.',
  ];
}

function globalSection({ statsSocket }: HaproxyOptions): Section {
  return [
    'global',
    '  log /dev/log local0',
    '  localpeer pbot-vm',
    ...(statsSocket === undefined ? [] : [`  stats socket ${statsSocket} mode 600 level admin`]),
  ];
}

function defaultsSection({ maxQueueSeconds }: HaproxyOptions): Section {
  return [
    'defaults',
    '  mode tcp',
    '  log global',
    '  option dontlog-normal',
    '  option dontlognull',
    '  # A client or a host that is gone is noticed within half a minute.',
    ...['clitcpka', 'srvtcpka'].flatMap((side) => [
      `  option ${side}`,
      `  ${side}-idle 15s`,
      `  ${side}-intvl 1s`,
      `  ${side}-cnt 10`,
    ]),
    '  timeout connect 1s',
    '  timeout check 1s',
    '  # A request that has waited for so long has started nothing.',
    `  timeout queue ${maxQueueSeconds}s`,
    '  # A program may run for an hour without a word.',
    '  timeout client 2h',
    '  timeout server 2h',
    '  timeout http-request 10s',
    '  timeout http-keep-alive 10m',
    '  # Only a connection that did not come about is tried again, at once and on another host.',
    '  option redispatch 1',
    '  retries 5',
    '  default-server check inter 500ms fall 2 rise 1 observe layer4 error-limit 1 on-error mark-down send-proxy-v2 init-addr last,libc,none',
  ];
}

/** For a reload: the next process gets the table of request ids. */
function peersSection({ peerPort }: HaproxyOptions): Section {
  return ['peers pbot-vm', `  peer pbot-vm 127.0.0.1:${peerPort}`];
}

function frontends(options: HaproxyOptions): Section[] {
  const { clientTls, lines } = options;
  if (clientTls === undefined) return [lines ? mixedFrontend(options) : clearFrontend(options)];
  return lines ? tlsBesideLines(options, clientTls) : [tlsFrontend(options.bind, clientTls)];
}

function clearFrontend({ bind }: HaproxyOptions): Section {
  return ['frontend pbot-vm', '  mode http', `  bind ${bind} proto h2`, ...useGrpcBackends];
}

function tlsFrontend(bind: string, clientTls: string): Section {
  return [
    'frontend pbot-vm',
    '  mode http',
    `  bind ${bind} ssl crt ${clientTls} alpn h2 ssl-min-ver TLSv1.2`,
    ...useGrpcBackends,
  ];
}

/** The first bytes decide, as in the Executor. The preface of HTTP/2 may come in pieces. */
function mixedFrontend({ bind }: HaproxyOptions): Section {
  return [
    'frontend pbot-vm',
    `  bind ${bind}`,
    '  tcp-request inspect-delay 5s',
    ...[1, 2, 3].map((length) => {
      const beginning = 'PRI'.slice(0, length);
      return `  tcp-request content accept if !{ req.payload(0,${length}) -m str ${beginning} }`;
    }),
    '  tcp-request content switch-mode http proto h2 if { req.payload(0,14) -m str "PRI * HTTP/2.0" }',
    '  tcp-request content reject if { req.len eq 0 }',
    '  use_backend repeats if HTTP { req.hdr(pbotvm-request-id) -m found }',
    '  use_backend grpc if HTTP',
    '  default_backend lines',
  ];
}

/** TLS is ended by a second frontend of the same process: one port can't do both. */
function tlsBesideLines({ bind }: HaproxyOptions, clientTls: string): Section[] {
  const inner = `abns@pbot-vm-tls-${bind.slice(bind.lastIndexOf(':') + 1)}`;
  return [
    [
      'frontend pbot-vm',
      `  bind ${bind}`,
      '  tcp-request inspect-delay 5s',
      '  tcp-request content reject if { req.payload(0,3) -m str PRI }',
      '  tcp-request content accept if { req.payload(0,1),hex -m found }',
      '  tcp-request content reject if { req.len eq 0 }',
      '  use_backend tls if { req.payload(0,1),hex -m str 16 }',
      '  default_backend lines',
    ],
    ['backend tls', `  server tls ${inner} no-check send-proxy-v2`],
    [
      'frontend grpc-in-tls',
      '  mode http',
      `  bind ${inner} accept-proxy ssl crt ${clientTls} alpn h2 ssl-min-ver TLSv1.2`,
      ...useGrpcBackends,
    ],
  ];
}

/**
 * A call without a message: an Executor that is stopped (SIGSTOP) still takes connections, but answers nothing. HTTP/2 wants
 * a name of the host.
 */
function healthCheck({ hostCa }: HaproxyOptions): Section {
  const protocol = hostCa === undefined ? 'proto h2' : 'ssl alpn h2';
  return [
    '  option httpchk',
    `  http-check connect send-proxy ${protocol}`,
    '  http-check send meth POST uri /grpc.health.v1.Health/Check ver HTTP/2.0 hdr host pbot-vm hdr content-type application/grpc hdr te trailers',
    '  http-check expect status 200',
  ];
}

/**
 * The hash has requests find the same host that come at the same time. The table has them find it while it is drained: it is
 * filled when the first one has its response headers.
 */
const byRequestId: Section = [
  '  # A repeated request goes to the host that has the first one.',
  '  balance hdr(pbotvm-request-id)',
  '  hash-type consistent',
  '  stick-table type string len 128 size 100k expire 2h peers pbot-vm',
  '  stick on req.hdr(pbotvm-request-id)',
];

const useGrpcBackends: Section = [
  '  use_backend repeats if { req.hdr(pbotvm-request-id) -m found }',
  '  default_backend grpc',
];

function grpcBackend(options: HaproxyOptions, name: string, balance: Section): Section {
  return [
    `backend ${name}`,
    '  mode http',
    ...balance,
    '  option http-no-delay',
    '  # A client that goes away while it waits leaves the queue.',
    '  option abortonclose',
    '  option allbackups',
    ...healthCheck(options),
    '  # Waiting clients take turns: whoever has most requests here is served after those who have fewer.',
    '  http-request track-sc0 req.hdr(authorization),sha2(256),hex table tokens if { req.hdr(authorization) -m found }',
    '  http-request track-sc0 src table addresses unless { req.hdr(authorization) -m found }',
    '  http-request set-priority-class sc_conn_cur(0)',
    ...servers(options, 'grpc'),
  ];
}

const clientTables: readonly Section[] = [
  ['backend tokens', '  stick-table type string len 64 size 100k expire 10m store conn_cur'],
  ['backend addresses', '  stick-table type ipv6 size 100k expire 10m store conn_cur'],
];

function linesBackend(options: HaproxyOptions): Section {
  return [
    'backend lines',
    '  balance leastconn',
    '  option allbackups',
    ...healthCheck(options),
    ...servers(options, 'lines'),
  ];
}

/**
 * Each host twice. The agent says how many executions the first one takes; until it has spoken, that is one. The second one
 * serves while no host takes work: there, requests wait for a machine that is reverted, or learn why none serves.
 */
function servers(
  { hosts, agentPort, hostCa }: HaproxyOptions,
  protocol: 'grpc' | 'lines',
): Section {
  const agent = `maxconn 1 agent-check agent-inter 500ms agent-port ${agentPort}`;
  const server = (host: ClusterHost, suffix: string, more: string) => {
    const tls = hostCa === undefined ? [] : [tlsWords(host, { hostCa, protocol })];
    const words = [...(protocol === 'grpc' ? ['proto h2'] : []), ...tls, more];
    return `  server ${host.host}-${host.port}${suffix} ${formatAddress(host)} ${words.join(' ')}`;
  };
  return [
    ...hosts.map((host) => server(host, '', agent)),
    ...hosts.map((host) => server(host, '-last', 'backup')),
  ];
}

/**
 * HAProxy compares names only, and no addresses, with those of a certificate. Lines are not encrypted, but the health check
 * beside them is.
 */
function tlsWords(
  { host }: ClusterHost,
  { hostCa, protocol }: { hostCa: string; protocol: 'grpc' | 'lines' },
): string {
  const hasName = isIP(host) === 0;
  const sni = protocol === 'grpc' ? `sni str(${host})` : `check-sni ${host}`;
  return [
    protocol === 'grpc' ? 'ssl alpn h2' : '',
    `verify required ca-file ${hostCa}`,
    hasName ? `${sni} verifyhost ${host}` : '',
  ]
    .filter(Boolean)
    .join(' ');
}
