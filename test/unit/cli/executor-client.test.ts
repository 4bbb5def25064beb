import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { describeFailure, describeFailureOf } from '../../../services/cli/executor-client.js';
import { parseAddress } from '../../../services/lib/config/address.js';
import { RpcError } from '../../../services/lib/rpc/error.js';

const local = parseAddress('9000');
const remote = parseAddress('vm.example:9000');

function unreached(message: string): RpcError {
  return new RpcError({ code: status.UNAVAILABLE, reason: 'UNAVAILABLE', message });
}

const unconnected = (cause: string) =>
  unreached(`No connection established. Last error: ${cause}. Resolution note: `);

describe('the sentence about a call that failed', () => {
  it('an error of the service is its own sentence', () => {
    const error = new RpcError({ reason: 'QUEUE_FULL', message: '9 programs are waiting.' });
    expect(describeFailure(error, local)).toBe('9 programs are waiting.');
  });

  it('a service of this host that does not answer is to be started', () => {
    const refused = unconnected('Error: connect ECONNREFUSED 127.0.0.1:9000 (time)');
    expect(describeFailure(refused, local)).toBe(
      'no Executor answers at 127.0.0.1:9000: start vm-server, or set PBOTVM_SERVER to the Executor',
    );
    expect(describeFailureOf('Watchdog', refused, local)).toMatch(/^no Watchdog answers at/);
    expect(describeFailure(refused, remote)).toBe(
      'no Executor answers at vm.example:9000 (connect ECONNREFUSED 127.0.0.1:9000): start it there, or set PBOTVM_SERVER to the Executor',
    );
  });

  it('a socket of another user is named as such', () => {
    const socket = parseAddress('unix:/run/watchdog.sock');
    const error = unconnected('Error: connect EACCES /run/watchdog.sock (time)');
    expect(describeFailureOf('Watchdog', error, socket)).toBe(
      "the Watchdog at unix:/run/watchdog.sock can't be reached: only the user who runs the services may; run this command as that user",
    );
  });

  it.each([
    [
      'write EPROTO 80DB:error:0A00010B:SSL routines:ssl3_get_record:wrong version number',
      'TLS=off',
    ],
    [
      '80DB:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required',
      'TLS_CERT',
    ],
    ['80DB:error:0A000412:SSL routines:ssl3_read_bytes:sslv3 alert bad certificate', 'TLS_CERT'],
    ['unable to verify the first certificate', 'TLS_CA'],
    ['self-signed certificate in certificate chain', 'TLS_CA'],
    ["Hostname/IP does not match certificate's altnames: Host: x", 'SERVER'],
    ['getaddrinfo ENOTFOUND vm.example', 'SERVER'],
  ])(
    'a connection that fails by "%s" is explained without the words of a library',
    (cause, name) => {
      const text = describeFailure(unconnected(`Error: ${cause}`), remote);
      expect(text).toMatch(/^the Executor at vm\.example:9000 can't be reached: /);
      expect(text).toContain(`PBOTVM_${name}`);
      expect(text).not.toMatch(/error:0A|SSL routines|Resolution note|Last error/);
    },
  );

  it('a connection that the service closes at once may lack TLS', () => {
    expect(describeFailure(unreached('read ECONNRESET'), local)).toContain('if it uses TLS');
    expect(describeFailure(unreached('read ECONNRESET'), remote)).toContain('PBOTVM_TLS ');
  });
});
