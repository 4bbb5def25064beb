import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foreignAnswer } from '../../../../services/executor/api/foreign-protocols.js';
import { isQuadratic } from '../../../support/growth.js';

describe('a line of another protocol', () => {
  it.each([
    'GET / HTTP/1.1\r',
    'GET / HTTP/1.1',
    'POST /x HTTP/1.0\r',
    'GET http://127.0.0.1/ HTTP/1.1\r',
    'CONNECT example.org:443 HTTP/1.1\r',
    'get / http/1.1\r',
    'PRI * HTTP/2.0\r',
    'OPTIONS * HTTP/1.1\r',
  ])('the request line %j is answered as HTTP', (line) => {
    const [head, body = ''] = foreignAnswer(line)?.split('\r\n\r\n') ?? [];
    expect(head).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\n/);
    expect(head).toContain(`Content-Length: ${body.length}`);
    expect(body).toMatch(/^This port speaks gRPC .*\n$/);
  });

  it('HEAD is answered without a body', () => {
    expect(foreignAnswer('HEAD / HTTP/1.1\r')).toMatch(/^HTTP\/1\.1 426 .*\r\n\r\n$/s);
  });

  it.each([
    'GET /\r',
    'GET /index.html',
    'SSH-2.0-OpenSSH_9.2p1\r',
    'OPTIONS sip:nm SIP/2.0\r',
    'OPTIONS / RTSP/1.0\r',
    'PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r',
    'PROXY UNKNOWN\r',
    '\0\r',
  ])('the line %j is answered with a sentence', (line) => {
    expect(foreignAnswer(line)).toBe(
      'This port speaks gRPC (HTTP/2) and the line protocol of PBot, nothing else.\n',
    );
  });

  it.each([
    'puts("GET / HTTP/1.1");',
    '-lang=sh echo GET / HTTP/1.1',
    '{"code": "GET / HTTP/1.1"}',
    'int x = a / b; // HTTP/1.1',
    'GET',
    'PROXY x = 1;',
    'SSH-x',
  ])('the line %j is a program', (line) => {
    expect(foreignAnswer(line)).toBeUndefined();
  });

  it('a line with options or in JSON is never of another protocol', () => {
    fc.assert(
      fc.property(fc.constantFrom('-', '{'), fc.string({ unit: 'binary' }), (first, rest) => {
        expect(foreignAnswer(first + rest)).toBeUndefined();
      }),
    );
  });

  it.each(['GET ', 'a', ' ', 'HTTP/1.1', 'PROXY '])(
    'a line that repeats %j is judged in linear time',
    (part) => {
      const judge = (length: number) => foreignAnswer(`GET ${part.repeat(length / part.length)}`);
      expect(isQuadratic(judge, 160_000)).toBe(false);
    },
  );
});
