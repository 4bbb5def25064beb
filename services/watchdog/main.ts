// The Watchdog: watches the heartbeats of the machines and has a machine reverted when it must be.

import { guardOf } from '../lib/access/guard.js';
import { createTlsAcceptor } from '../lib/access/tls.js';
import { formatAddress } from '../lib/config/address.js';
import { configuredMachines } from '../lib/config/pool.js';
import { configuredPolicy } from '../lib/config/revert-policy.js';
import { secretOf } from '../lib/config/secret.js';
import { systemClock } from '../lib/process/clock.js';
import { createRpcServer, drainRpc, listenRpc } from '../lib/rpc/server.js';
import { runService } from '../lib/service.js';
import { watchdogSettings } from './config.js';
import { Recovery } from './driver.js';
import { SocketHeartbeatChannel } from './heartbeat-channel.js';
import { newMachine } from './machine-state.js';
import { observeMachines, recoveryMetrics } from './metrics.js';
import { recoveryBounds } from './policy/bounds.js';
import { Registry } from './registry.js';
import { watchdogService } from './server.js';
import { connectSnapshot, type SnapshotClient } from './snapshot-client.js';

const drainGraceMs = 2_000;
const revertGraceMs = 20_000;
const maxReceiveBytes = 64 * 1024;

void runService(
  {
    name: 'watchdog',
    summary: 'Watches the heartbeats of the machines and has a machine reverted when it must be.',
    settings: watchdogSettings,
    async start({ config, log, cleanup }) {
      const clock = systemClock;
      const nowMs = clock.nowMs();
      // Who still holds a generation of the Watchdog before this one must not take it for one of this. That one began
      // with an earlier second too, and raised it by one a revert, which is slower than the clock.
      const generation = Math.floor(nowMs / 1000);
      const configured = configuredMachines(config);
      const machines = configured.map(({ name, domain, heart }) =>
        newMachine({ name, domain, heartbeatAddress: formatAddress(heart), generation, nowMs }),
      );
      const metrics = recoveryMetrics();
      const registry = new Registry({ machines, log, onEvent: metrics.follow });
      observeMachines(() => registry.all());
      const snapshot = connectSnapshot({ address: config.snapshot, access: config });
      cleanup.defer(() => snapshot.close());
      const countedSnapshot: SnapshotClient = {
        ...snapshot,
        revert: (target, signal) =>
          metrics.counted(target.domain, () => snapshot.revert(target, signal)),
      };
      const recoveries = new Map(
        configured.map(({ heart, snapshotName, ...machine }) => [
          machine.name,
          new Recovery({
            machine: machine.name,
            snapshotName,
            rules: {
              bounds: recoveryBounds(config),
              noRevert: configuredPolicy(config) === 'never',
            },
            registry,
            snapshot: countedSnapshot,
            createChannel: (listener) =>
              new SocketHeartbeatChannel({
                address: heart,
                secret: secretOf(machine),
                clock,
                listener,
              }),
            clock,
            log,
          }),
        ]),
      );
      const service = watchdogService({ registry, recoveries, log });
      const guard = guardOf({ service: 'watchdog', address: config.watchdog, config, log });
      const { tls, interceptors, admits } = guard;
      const rpc = createRpcServer({ log, services: [service], maxReceiveBytes, interceptors });
      const listener = await listenRpc(rpc, config.watchdog, {
        accept: tls && createTlsAcceptor({ files: tls, log }),
        maxConnections: config.maxConnections,
        log,
      });
      cleanup.defer(() => {
        listener.close();
        // The drain would wait for the streams.
        registry.close();
        const stops = [...recoveries.values()].map((recovery) => recovery.stop(revertGraceMs));
        return Promise.all([...stops, drainRpc(rpc, drainGraceMs)]);
      });
      for (const recovery of recoveries.values()) recovery.start();
      log.info(
        { address: formatAddress(config.watchdog), machines: [...recoveries.keys()], admits },
        'listening',
      );
    },
  },
  { argv: process.argv, environment: process.env },
);
