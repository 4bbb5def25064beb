import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { ExecutorServiceService } from '../gen/pbot/vm/v1/executor.js';
import { guardOf } from '../lib/access/guard.js';
import { formatAddress, isLoopback } from '../lib/config/address.js';
import { configuredMachines } from '../lib/config/pool.js';
import { configuredPolicy } from '../lib/config/revert-policy.js';
import { createRpcServer, drainRpc } from '../lib/rpc/server.js';
import { runService } from '../lib/service.js';
import { executorHandlers } from './api/grpc-server.js';
import { refuseLines, serveLines } from './api/line-connection.js';
import { openFrontDoor } from './api/protocol-mux.js';
import { executorSettings } from './config.js';
import { Executor } from './executor.js';
import { FaultReporter } from './machine/fault-reporter.js';
import { hostSources } from './machine/host-sources.js';
import { Machine } from './machine/machine.js';
import { WatchdogClient } from './machine/watchdog-client.js';

/** A JSON line escapes what the code holds: in the worst case each byte becomes six. */
const jsonExpansion = 6;

/** What a request holds beside the code: standard input, words, environment. */
const requestOverheadBytes = 2 * 1024 * 1024;

/** Behind its deadline a program has its files to give, and its client to take what is under way. */
const lastAnswersMs = 6000;

/** What gRPC has been given when all programs have ended is on its way. */
const lastBytesMs = 2000;

await runService(
  {
    name: 'executor',
    summary: 'Runs programs inside a virtual machine, for gRPC clients and for PBot.',
    settings: executorSettings,
    async start({ config, log, cleanup }) {
      const watchdogClient = new WatchdogClient({ address: config.watchdog, access: config, log });
      const faults = new FaultReporter({ report: watchdogClient.reportFault, log });
      const isSingleUse = configuredPolicy(config) === 'always';
      const machines = configuredMachines(config).map(
        ({ name, serial }) =>
          new Machine({
            name,
            dataAddress: serial,
            log,
            ...hostSources,
            onChange: () => executor.update(),
            onFault: (faulty, fault) => faults.report(faulty, { ...fault, executionId: '' }),
            isSingleUse,
          }),
      );
      const executor: Executor = new Executor({
        machines,
        limits: {
          maxCodeBytes: config.maxCodeBytes,
          timeLimitMs: config.timeoutMs,
          table: config.limits,
        },
        maxWaiting: config.maxQueue,
        faults,
        log,
        newExecutionId: randomUUID,
        nowMs: () => performance.now(),
      });
      const { execute, streamExecute, interact } = ExecutorServiceService;
      const guard = guardOf({
        service: 'executor',
        address: config.server,
        config,
        executionMethods: [execute, streamExecute, interact],
        log,
      });
      const rpc = createRpcServer({
        log,
        interceptors: guard.interceptors,
        services: [
          {
            definition: ExecutorServiceService,
            implementation: { ...executorHandlers(executor, log) },
          },
        ],
        maxReceiveBytes: config.maxCodeBytes + requestOverheadBytes,
      });
      const maxLineBytes = jsonExpansion * config.maxCodeBytes + requestOverheadBytes;
      const servesLines = isLoopback(config.server) || config.lines === 'everywhere';
      const frontDoor = await openFrontDoor({
        address: config.server,
        rpc,
        tls: guard.tls,
        onLineConnection: (socket) => {
          if (servesLines) serveLines(socket, { executor, maxLineBytes, log });
          else refuseLines(socket);
        },
        maxWaiting: config.maxQueue,
        log,
      });
      cleanup.defer(() => {
        for (const machine of machines) machine.closeLink();
      });
      cleanup.defer(() => {
        faults.stop();
        watchdogClient.close();
      });
      cleanup.defer(() => drainRpc(rpc, lastBytesMs));
      cleanup.defer(() => {
        rpc.health.drain();
        return executor.drain(config.timeoutMs + lastAnswersMs);
      });
      cleanup.defer(() => frontDoor.close());
      void watchdogClient.watch({
        onNews: (name, news) => machines.find((machine) => machine.name === name)?.watch(news),
        onSilence: () => {
          for (const machine of machines) machine.unwatch();
        },
      });
      log.info({ address: formatAddress(config.server), admits: guard.admits }, 'serving');
    },
  },
  { argv: process.argv, environment: process.env },
);
