// The commands of `pbot-vm cluster`: what several hosts behind one address need.

import { Command, InvalidArgumentError } from 'commander';
import { UserError } from '../../lib/process/user-error.js';
import { parseBind, parseHosts, parsePath } from './arguments.js';
import { type HaproxyOptions, haproxyConfiguration } from './haproxy.js';

export function clusterCommand(options: {
  /** Reads the argument of an option. */
  port: (text: string) => number;
  seconds: (text: string) => number;
  write: (text: string) => void;
}): Command {
  const { port, seconds, write } = options;
  const cluster = new Command('cluster').description(
    'print what several hosts behind one address need',
  );
  cluster
    .command('haproxy')
    .description('print the configuration of an HAProxy in front of the Executors of several hosts')
    .requiredOption(
      '--hosts <names>',
      'hosts by comma, each HOST or HOST:PORT',
      readWith(parseHosts),
    )
    .option('--bind <address>', 'where clients connect', readWith(parseBind), ':9000')
    .option('--agent-port <port>', 'port of PBOTVM_AGENT at each host', port, 9400)
    .option('--peer-port <port>', 'a free port of loopback, for reloads of HAProxy', port, 9402)
    .option('--max-queue-seconds <seconds>', 'longest wait for a free slot', seconds, 20)
    .option(
      '--client-tls <file>',
      'certificate and key in one file: clients speak TLS',
      readWith(parsePath),
    )
    .option(
      '--host-ca <file>',
      'CA of the certificates of the hosts: they speak TLS',
      readWith(parsePath),
    )
    .option('--no-lines', "serve gRPC alone, without PBot's lines")
    .option('--stats-socket <file>', "Unix socket of HAProxy's own commands", readWith(parsePath))
    .action((flags: HaproxyOptions) => write(haproxyConfiguration(flags)));
  return cluster;
}

function readWith<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof UserError) throw new InvalidArgumentError(`${error.message}.`);
      throw error;
    }
  };
}
