import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allSettings, guardedAddresses } from '../../../../services/cli/settings.js';
import { ConfigError, readSettings } from '../../../../services/lib/config/settings.js';

const strangers = ['0.0.0.0:9000', '192.168.0.1:9000', '[::]:9000', 'example.org:9000'];

describe('the address of a service for itself', () => {
  let directory: string;
  let tokens: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'pbot-vm-variables-'));
    tokens = join(directory, 'tokens.json');
    writeFileSync(tokens, '[]');
  });

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  const listen = (key: keyof typeof guardedAddresses, environment: NodeJS.ProcessEnv) =>
    readSettings({ value: guardedAddresses[key] }, environment).value;

  it.each(['9000', '127.0.0.2:9000', '[::1]:9000', 'localhost:9000', 'unix:/run/s'])(
    'a service at %s needs no guard',
    (text) => {
      expect(() => listen('server', { PBOTVM_SERVER: text })).not.toThrow();
    },
  );

  it.each(strangers)('a service at %s needs a guard', (text) => {
    const readIt = () => listen('server', { PBOTVM_SERVER: text });
    expect(readIt).toThrow(ConfigError);
    expect(readIt).toThrow(
      `PBOTVM_SERVER (${text}) is beyond loopback: set PBOTVM_TLS_CERT and PBOTVM_TLS_KEY for TLS, ` +
        'and PBOTVM_TOKENS for the tokens of clients, or choose a loopback address or a Unix socket.',
    );
  });

  const tls = { PBOTVM_TLS_CERT: '/cert.pem', PBOTVM_TLS_KEY: '/key.pem' };
  const clientCa = { PBOTVM_TLS_CLIENT_CA: '/ca.pem' };
  const withTokens = { PBOTVM_TOKENS: '/tokens.json' };
  const clear = { PBOTVM_TLS: 'off' };
  const knownClients = /whoever calls it must be known: set PBOTVM_TOKENS or PBOTVM_TLS_CLIENT_CA/;
  const inClear = /tokens must not travel in clear: set PBOTVM_TLS_CERT .*PBOTVM_TLS=off/;

  it.each([
    ['server', tls, undefined],
    ['watchdog', tls, knownClients],
    ['snapshot', tls, knownClients],
    ['snapshot', { ...tls, ...withTokens }, undefined],
    ['snapshot', { ...tls, ...clientCa }, undefined],
    ['server', withTokens, inClear],
    ['server', { ...withTokens, ...clear }, undefined],
    ['server', clear, /with PBOTVM_TLS=off it needs PBOTVM_TOKENS/],
    ['server', { ...tls, ...clientCa, ...clear }, /with PBOTVM_TLS=off it needs PBOTVM_TOKENS/],
  ] as const)('the %s beyond loopback with %j has the error: %s', (key, environment, expected) => {
    const readIt = () =>
      listen(key, { [guardedAddresses[key].variable]: '0.0.0.0:9000', ...environment });
    if (expected === undefined) expect(readIt).not.toThrow();
    else expect(readIt).toThrow(expected);
  });

  it('certificate and key must be set together, and the certificate must be readable', () => {
    const { tlsCert, tlsKey, tlsClientCa } = allSettings;
    const readAll = (environment: NodeJS.ProcessEnv) => () =>
      readSettings({ tlsCert, tlsKey, tlsClientCa }, environment);
    expect(readAll({ PBOTVM_TLS_KEY: '/key.pem' })).toThrow(
      'PBOTVM_TLS_KEY needs PBOTVM_TLS_CERT beside it.',
    );
    expect(readAll({ PBOTVM_TLS_CERT: tokens })).toThrow(
      /^PBOTVM_TLS_CERT names a file that can't be used: /,
    );
  });
});
