import { expect, it } from 'vitest';
import { parseBind, parseHosts, parsePath } from '../../../../services/cli/cluster/arguments.js';
import { UserError } from '../../../../services/lib/process/user-error.js';

const tcp = (host: string, port = 9000) => ({ kind: 'tcp', host, port });

it('hosts are names or addresses by comma, with a port where it is not 9000', () => {
  expect(parseHosts('a')).toEqual([tcp('a')]);
  expect(parseHosts('vm-1.example,10.0.0.1:9001,[::1],[::1]:9001')).toEqual([
    tcp('vm-1.example'),
    tcp('10.0.0.1', 9001),
    tcp('::1'),
    tcp('::1', 9001),
  ]);
});

it.each(['', 'a,', 'a b', 'a;b', '::1', 'a:0', 'a:65536', 'unix:/run/socket', 'a,a', 'a,a:9000'])(
  '"%s" names no hosts',
  (text) => {
    expect(() => parseHosts(text)).toThrow(UserError);
  },
);

it('clients connect to all addresses, or to one', () => {
  for (const text of [':9000', '10.0.0.1:9000', '[::1]:9000', '*:9000']) {
    expect(parseBind(text)).toBe(text);
  }
  for (const text of ['9000', ':9000 ssl', '::1:9000', 'a b:9000', ':9000\nglobal', '']) {
    expect(() => parseBind(text)).toThrow(UserError);
  }
});

it('a file has a name that HAProxy takes as it is', () => {
  expect(parsePath('/etc/haproxy/site.pem')).toBe('/etc/haproxy/site.pem');
  for (const text of [
    'site.pem',
    '/etc/x y',
    '/etc/"x"',
    '/etc/x#y',
    '/etc/$x',
    '/etc/x\ny',
    '/',
  ]) {
    expect(() => parsePath(text)).toThrow(UserError);
  }
});
