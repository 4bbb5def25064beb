import { expect, it } from 'vitest';
import {
  type HaproxyOptions,
  haproxyConfiguration,
} from '../../../../services/cli/cluster/haproxy.js';

const options: HaproxyOptions = {
  hosts: [
    { kind: 'tcp', host: 'a', port: 9000 },
    { kind: 'tcp', host: '10.0.0.2', port: 9001 },
  ],
  bind: ':9000',
  agentPort: 9400,
  peerPort: 9402,
  maxQueueSeconds: 20,
  lines: true,
};

/** Lines of one section, without their indentation. */
function section(name: string, more: Partial<HaproxyOptions> = {}): string[] {
  const text = haproxyConfiguration({ ...options, ...more });
  const found = text.split('\n\n').find((each) => each.startsWith(`${name}\n`)) ?? '';
  return found.split('\n').map((line) => line.trim());
}

it('each host is asked for its slots, and serves without them while no host takes work', () => {
  const agent = 'maxconn 1 agent-check agent-inter 500ms agent-port 9400';
  expect(section('backend grpc').filter((line) => line.startsWith('server '))).toEqual([
    `server a-9000 a:9000 proto h2 ${agent}`,
    `server 10.0.0.2-9001 10.0.0.2:9001 proto h2 ${agent}`,
    'server a-9000-last a:9000 proto h2 backup',
    'server 10.0.0.2-9001-last 10.0.0.2:9001 proto h2 backup',
  ]);
});

it('hosts learn the addresses of clients, and a failed connection is tried at another host', () => {
  const defaults = section('defaults');
  expect(defaults.find((line) => line.startsWith('default-server '))).toContain('send-proxy-v2');
  expect(defaults).toContain('option redispatch 1');
});

it('a repeated request finds the host of the first one', () => {
  expect(section('backend repeats')).toContain('stick on req.hdr(pbotvm-request-id)');
});

it('one port serves gRPC and lines', () => {
  expect(section('frontend pbot-vm')).toEqual(
    expect.arrayContaining(['use_backend grpc if HTTP', 'default_backend lines']),
  );
  expect(section('backend lines').some((line) => line.includes('ssl'))).toBe(false);
});

it('gRPC alone needs no look at first bytes', () => {
  expect(section('frontend pbot-vm', { lines: false })).toEqual([
    'frontend pbot-vm',
    'mode http',
    'bind :9000 proto h2',
    'use_backend repeats if { req.hdr(pbotvm-request-id) -m found }',
    'default_backend grpc',
  ]);
  expect(section('backend lines', { lines: false })).toEqual(['']);
});

it('clients that speak TLS are served on the port of lines', () => {
  const tls = { clientTls: '/etc/haproxy/site.pem' };
  expect(section('frontend pbot-vm', tls)).toContain(
    'use_backend tls if { req.payload(0,1),hex -m str 16 }',
  );
  expect(section('frontend grpc-in-tls', tls)).toContain(
    'bind abns@pbot-vm-tls-9000 accept-proxy ssl crt /etc/haproxy/site.pem alpn h2 ssl-min-ver TLSv1.2',
  );
});

it('hosts that speak TLS prove their names, where they have names', () => {
  const [first, second] = section('backend grpc', { hostCa: '/etc/haproxy/ca.pem' }).filter(
    (line) => line.startsWith('server '),
  );
  const verified = 'ssl alpn h2 verify required ca-file /etc/haproxy/ca.pem';
  expect(first).toContain(`${verified} sni str(a) verifyhost a `);
  expect(second).toContain(`${verified} maxconn`);
});

it('the configuration says what its hosts must be set to', () => {
  expect(haproxyConfiguration(options)).toMatch(/^# HAProxy .*PBOTVM_AGENT=0\.0\.0\.0:9400/s);
});
