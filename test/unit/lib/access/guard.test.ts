import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GuardConfig, guardOf } from '../../../../services/lib/access/guard.js';
import { parseAddress } from '../../../../services/lib/config/address.js';
import { keepingLog } from '../loopback.js';

const open: GuardConfig = {
  tls: true,
  tlsCert: undefined,
  tlsKey: undefined,
  tlsClientCa: undefined,
  tokens: undefined,
};

let directory: string;
let tokens: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pbot-vm-guard-'));
  tokens = join(directory, 'tokens.json');
  writeFileSync(tokens, '[]');
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

function guard(address: string, config: Partial<GuardConfig>) {
  const { log, lines } = keepingLog();
  const service = 'executor';
  const { tls, interceptors, admits } = guardOf({
    service,
    address: parseAddress(address),
    config: { ...open, ...config },
    log,
  });
  return { tls, hasTokens: interceptors.length > 0, admits, warnings: lines.length };
}

const certificate = { tlsCert: '/cert.pem', tlsKey: '/key.pem' };
const tls = { cert: '/cert.pem', key: '/key.pem', clientCa: undefined };

describe('the guard of a listener', () => {
  it.each([
    ['9000', 'all users of this host'],
    ['unix:/run/s', 'this user'],
  ])('a listener at %s has no guard, whatever is set', (address, admits) => {
    expect(guard(address, { ...certificate, tokens })).toEqual({
      tls: undefined,
      hasTokens: false,
      admits,
      warnings: 0,
    });
  });

  it('the guard requires tokens inside TLS', () => {
    expect(guard('0.0.0.0:9000', { ...certificate, tokens })).toEqual({
      tls,
      hasTokens: true,
      admits: 'clients with a token',
      warnings: 0,
    });
  });

  it('the guard requires certificates, and tokens beside them', () => {
    const clientCa = '/ca.pem';
    const asked = guard('0.0.0.0:9000', { ...certificate, tlsClientCa: clientCa });
    expect(asked).toMatchObject({ tls: { clientCa }, admits: 'clients with a certificate' });
    const both = guard('0.0.0.0:9000', { ...certificate, tlsClientCa: clientCa, tokens });
    expect(both.admits).toBe('clients with a certificate and a token');
  });

  it('the guard requires tokens without TLS where somebody else encrypts', () => {
    const asked = guard('0.0.0.0:9000', { ...certificate, tls: false, tokens });
    expect(asked).toMatchObject({ tls: undefined, hasTokens: true });
  });

  it('the guard warns where it admits everybody', () => {
    expect(guard('0.0.0.0:9000', certificate)).toEqual({
      tls,
      hasTokens: false,
      admits: 'everybody',
      warnings: 1,
    });
  });
});
