// The Executor's process: composes its parts and serves port 9000.

import { join } from 'node:path';
import { ExecutorServiceService } from '../gen/pbot/vm/v1/executor.js';
import { PbotServiceService } from '../gen/pbot/vm/v1/pbot.js';
import { type Guard, guardOf } from '../lib/access/guard.js';
import { createTlsAcceptor } from '../lib/access/tls.js';
import { formatAddress, isLoopback } from '../lib/config/address.js';
import { describeLimits } from '../lib/config/limit-help.js';
import { configuredMachines } from '../lib/config/pool.js';
import { configuredPolicy } from '../lib/config/revert-policy.js';
import { secretOf } from '../lib/config/secret.js';
import type { Values } from '../lib/config/settings.js';
import type { Readiness } from '../lib/ops/readiness.js';
import { systemClock } from '../lib/process/clock.js';
import type { Log } from '../lib/process/log.js';
import { MemoryBudget } from '../lib/rpc/connections/memory-budget.js';
import type { Health } from '../lib/rpc/health.js';
import { createRpcServer, drainRpc, type RpcServer } from '../lib/rpc/server.js';
import { runService } from '../lib/service.js';
import { Conversation } from '../pbot/conversation.js';
import { createHistory } from '../pbot/history/history.js';
import { RememberedCode } from '../pbot/history/remembered-code.js';
import { PersistentExecution } from '../pbot/persist/persistent-execution.js';
import { createStateStore } from '../pbot/persist/state-store.js';
import { type Agent, openAgent } from './agent/agent.js';
import { defaultInput } from './api/default-input.js';
import { executorHandlers } from './api/grpc-server.js';
import { type LineServerOptions, refuseLines, serveLines } from './api/line-connection.js';
import { pastePort } from './api/paste.js';
import { answerLine, pbotHandlers } from './api/pbot-door.js';
import { openFrontDoor } from './api/protocol-mux.js';
import { executorSettings } from './config.js';
import { createExecutor } from './create-executor.js';
import type { Executor } from './executor.js';
import { JoinedExecutions } from './joined-executions.js';
import { WatchdogClient } from './machine/watchdog-client.js';
import { observeExecutor, refusedCounter } from './metrics.js';
import { Drain } from './operator/drain.js';
import { serveOperator } from './operator/server.js';
import { watchAvailability } from './watch-availability.js';

/** A JSON line escapes what the code holds: in the worst case each byte becomes six. */
const jsonExpansion = 6;

/** What a request holds beside the code: standard input, arguments, environment. */
const requestOverheadBytes = 2 * 1024 * 1024;

/** So many of the longest lines may be on their way at the same time, or more that are shorter. */
const unfinishedLinesOfMaxLength = 4;

/** A request that has waited for so long before it ran is cut off with its old connection. */
const longestQueueMs = 10 * 60_000;

/** After its deadline a program still returns files, and its client reads what is under way. */
const lastAnswersMs = 6000;

/** When all programs have ended, gRPC may still be sending their results. */
const lastBytesMs = 2000;

void runService(
  {
    name: 'executor',
    summary: 'Runs programs inside a virtual machine, for gRPC clients and for PBot.',
    settings: executorSettings,
    details: describeLimits(),
    async start({ config, log, cleanup, readiness }) {
      const watchdogClient = new WatchdogClient({ address: config.watchdog, access: config, log });
      const executor = executorOf(config, { watchdogClient, log });
      const pbot = { executor, conversation: conversationOf(config, log), log };
      const { execute, streamExecute, interact } = ExecutorServiceService;
      const guard = guardOf({
        service: 'executor',
        address: config.server,
        config,
        executionMethods: [execute, streamExecute, interact, PbotServiceService.answer],
        onRefused: refusedCounter(),
        log,
      });
      const { interceptors } = guard;
      const rpc = rpcServerOf(config, { ...pbot, interceptors });
      reportAvailability(executor, { health: rpc.health, readiness });
      const lineServer = lineServerOf(config, pbot);
      const servesLines = isLoopback(config.server) || config.lines === 'everywhere';
      const frontDoor = await openFrontDoor({
        address: config.server,
        rpc,
        accept: guard.tls && createTlsAcceptor({ files: guard.tls, log }),
        onLineConnection: (connection) => {
          if (servesLines) serveLines(connection, lineServer);
          else refuseLines(connection.socket);
        },
        // A waiting line holds a connection.
        maxConnections: config.maxConnections + config.maxQueue,
        proxies: config.proxies,
        log,
      });
      const agent = await agentOf(config, { executor, log });
      const drain = drainOf(config, { executor, agent });
      const operator = await operatorOf(config, { executor, drain, log });
      cleanup.defer(() => agent?.close());
      cleanup.defer(() => {
        executor.close();
        watchdogClient.close();
      });
      cleanup.defer(() => drainRpc(rpc, lastBytesMs));
      cleanup.defer(() => {
        rpc.health.drain();
        return executor.stop(config.timeoutMs + lastAnswersMs);
      });
      cleanup.defer(async () => {
        operator?.close();
        const mayGoElsewhere = await drain.announce();
        frontDoor.close();
        if (mayGoElsewhere) rpc.sendAway();
      });
      void watchdogClient.watch({
        onNews: (name, news) => executor.applyWatchdogState(name, news),
        onSilence: (absence) => executor.loseWatchdog(absence),
      });
      log.info({ address: formatAddress(config.server), admits: guard.admits }, 'serving');
    },
  },
  { argv: process.argv, environment: process.env },
);

function rpcServerOf(
  config: Values<typeof executorSettings>,
  parts: {
    executor: Executor;
    conversation: Conversation;
    interceptors: Guard['interceptors'];
    log: Log;
  },
): RpcServer {
  const { executor, conversation, interceptors, log } = parts;
  const joined = new JoinedExecutions({
    execute: (request) => executor.execute(request),
    maxBytes: config.maxKeptResultBytes,
    clock: systemClock,
  });
  return createRpcServer({
    log,
    interceptors,
    services: [
      {
        definition: ExecutorServiceService,
        implementation: {
          ...executorHandlers(executor, { watchdog: config.watchdog, joined, log }),
        },
      },
      {
        definition: PbotServiceService,
        implementation: { ...pbotHandlers({ executor, conversation, log }) },
      },
    ],
    maxReceiveBytes: config.maxCodeBytes + requestOverheadBytes,
    connectionAge: {
      maxMs: config.maxConnectionAgeMs,
      graceMs: config.timeoutMs + longestQueueMs,
    },
  });
}

function lineServerOf(
  { maxCodeBytes }: Values<typeof executorSettings>,
  pbot: Parameters<typeof answerLine>[2],
): LineServerOptions {
  const maxLineBytes = jsonExpansion * maxCodeBytes + requestOverheadBytes;
  return {
    answer: (line, sender) => answerLine(line, sender, pbot),
    maxLineBytes,
    unfinishedLines: new MemoryBudget(unfinishedLinesOfMaxLength * maxLineBytes),
    log: pbot.log,
  };
}

/** To load balancers, probes and whoever reads the metrics. */
function reportAvailability(
  executor: Executor,
  { health, readiness }: { health: Health; readiness: Readiness },
): void {
  watchAvailability(executor, ({ state }) => health.setReady(state === 'available'));
  observeExecutor(executor);
  readiness.decidedBy(() => {
    const { state, detail } = executor.availability;
    return { isReady: state === 'available', detail };
  });
}

function conversationOf(
  {
    revision,
    maxCodeBytes,
    stateDirectory,
    paste,
    defaultInput: input,
  }: Values<typeof executorSettings>,
  log: Log,
): Conversation {
  const nowMs = () => systemClock.nowMs();
  const codes = new RememberedCode({
    history: createHistory({ directory: join(stateDirectory, 'history'), nowMs }),
    nowMs,
    onFailure: (error) => log.warn({ err: error }, "the codes of PBot's users can't be kept"),
  });
  const persistence = new PersistentExecution({
    store: createStateStore({ directory: join(stateDirectory, 'persist') }),
    onFailure: (error) => log.warn({ err: error }, 'what a program has left is not kept'),
  });
  return new Conversation({
    revision,
    maxCodeBytes,
    nowMs,
    random: Math.random,
    codes,
    persistence,
    paste: pastePort(paste, log),
    defaultInput: defaultInput(input, log),
  });
}

async function agentOf(
  { agent: address }: Values<typeof executorSettings>,
  { executor, log }: { executor: Executor; log: Log },
): Promise<Agent | undefined> {
  if (address === undefined) return undefined;
  const availability = () => executor.availability;
  return await openAgent(address, { availability, clock: systemClock, log });
}

function drainOf(
  { drainNoticeMs: noticeMs }: Values<typeof executorSettings>,
  { executor, agent }: { executor: Executor; agent: Agent | undefined },
): Drain {
  const agentNoticed = () => agent?.noticed() ?? Promise.resolve(false);
  return new Drain({ intake: executor.intake, noticeMs, agentNoticed, clock: systemClock });
}

async function operatorOf(
  { control: address }: Values<typeof executorSettings>,
  { executor, drain, log }: { executor: Executor; drain: Drain; log: Log },
): Promise<{ close(): void } | undefined> {
  if (address === undefined) return undefined;
  const availability = () => executor.availability;
  return await serveOperator({ address, drain, availability, log });
}

function executorOf(
  config: Values<typeof executorSettings>,
  { watchdogClient, log }: { watchdogClient: WatchdogClient; log: Log },
): Executor {
  const machines = configuredMachines(config);
  const open = machines.filter(({ serial, secretPath }) => serial.kind === 'tcp' && !secretPath);
  if (open.length > 0) {
    log.info(
      { machines: open.map(({ name }) => name) },
      'every user of this host can take the channels of these machines: they are TCP ports, and no secret is configured',
    );
  }
  return createExecutor({
    machines: machines.map((machine) => ({
      name: machine.name,
      dataAddress: machine.serial,
      secret: secretOf(machine),
    })),
    isSingleUse: configuredPolicy(config) === 'always',
    reportFault: watchdogClient.reportFault,
    limits: {
      maxCodeBytes: config.maxCodeBytes,
      timeLimitMs: config.timeoutMs,
      maxWaitMs: config.maxWaitMs,
      table: config.limits,
    },
    maxWaiting: config.maxQueue,
    maxUnreadMs: config.maxUnreadMs,
    log,
  });
}
