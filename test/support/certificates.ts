// Makes certificates for tests with openssl.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** Names of PEM files. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of a test, made by the commands that the guide has. */
export class TestAuthority {
  /** Name of the file with its certificate. */
  readonly cert: string;
  readonly #key: string;
  readonly #directory: string;

  private constructor(directory: string, name: string) {
    this.#directory = directory;
    this.cert = join(directory, `${name}.pem`);
    this.#key = join(directory, `${name}.key`);
  }

  static async create(directory: string, name: string): Promise<TestAuthority> {
    const authority = new TestAuthority(directory, name);
    const files = ['-keyout', authority.#key, '-out', authority.cert];
    await execa('openssl', ['req', '-x509', ...newKey, '-subj', `/CN=${name}`, ...files]);
    return authority;
  }

  /** A certificate for this host and further addresses of it, or for a client of that name. */
  async issue(name: string, addresses: readonly string[] = []): Promise<CertificateFiles> {
    const path = (ending: string) => join(this.#directory, `${name}.${ending}`);
    const files = { cert: path('pem'), key: path('key') };
    const names = ['DNS:localhost', ...['127.0.0.1', ...addresses].map((each) => `IP:${each}`)];
    await writeFile(path('ext'), `subjectAltName=${names.join(',')}\n`);
    const request = ['-keyout', files.key, '-out', path('csr'), '-subj', `/CN=${name}`];
    await execa('openssl', ['req', ...newKey, ...request]);
    await execa('openssl', [
      ...['x509', '-req', '-in', path('csr'), '-days', '2'],
      ...['-CA', this.cert, '-CAkey', this.#key, '-CAcreateserial'],
      ...['-extfile', path('ext'), '-out', files.cert],
    ]);
    return files;
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
