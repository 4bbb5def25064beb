// Puts the Snapshot service together and starts it.

import { homedir } from 'node:os';
import { guardOf } from '../lib/access/guard.js';
import { createTlsAcceptor } from '../lib/access/tls.js';
import { formatAddress } from '../lib/config/address.js';
import { systemClock } from '../lib/process/clock.js';
import { KeyedMutex } from '../lib/process/keyed-mutex.js';
import { createRpcServer, drainRpc, listenRpc } from '../lib/rpc/server.js';
import { runService } from '../lib/service.js';
import {
  defaultLibvirtUri,
  drainGraceMs,
  qemuPidDirectories,
  snapshotSettings,
  virshLimits,
} from './config.js';
import { maxRequestBytes, snapshotService } from './server.js';
import { Virsh } from './virsh.js';

void runService(
  {
    name: 'snapshot',
    summary: 'Reverts libvirt domains to their snapshots: the only service that speaks to libvirt.',
    settings: snapshotSettings,
    async start({ config, log, cleanup }) {
      const uri = config.libvirtUri ?? defaultLibvirtUri(process.getuid?.());
      const virshUri = uri === defaultLibvirtUri(process.getuid?.()) ? '' : uri;
      const pidDirectories = qemuPidDirectories({
        uri,
        uid: process.getuid?.() ?? 0,
        home: homedir,
      });
      const hypervisor = new Virsh({ uri, limits: virshLimits, pidDirectories });
      cleanup.defer(() => hypervisor.close());
      const domains = new Set(config.machines?.map(({ domain }) => domain) ?? [config.domain]);
      const mutex = new KeyedMutex();
      const clock = systemClock;
      const { address } = config;
      const { tls, interceptors, admits } = guardOf({
        service: 'snapshot',
        address,
        config,
        log,
      });
      const rpc = createRpcServer({
        log,
        interceptors,
        services: [snapshotService({ hypervisor, domains, mutex, uri, virshUri, log, clock })],
        maxReceiveBytes: maxRequestBytes,
      });
      const listener = await listenRpc(rpc, address, {
        accept: tls && createTlsAcceptor({ files: tls, log }),
        maxConnections: config.maxConnections,
        log,
      });
      cleanup.defer(() => drainRpc(rpc, drainGraceMs));
      cleanup.defer(() => listener.close());
      // Every operation has a time limit of its own.
      cleanup.defer(() => {
        rpc.health.drain();
        return mutex.idle();
      });
      log.info(
        { address: formatAddress(address), uri, domains: [...domains], admits },
        'listening',
      );
    },
  },
  { argv: process.argv, environment: process.env },
);
