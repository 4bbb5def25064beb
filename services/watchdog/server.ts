// The gRPC server of the Watchdog: translates between its contract and its recoveries.

import {
  ReportFaultResponse_Action as Action,
  type Fault as FaultMessage,
  FaultReason as FaultReasonMessage,
  type Machine as MachineMessage,
  MachineState as MachineStateMessage,
  type ReportFaultRequest,
  type WatchdogServiceServer,
  WatchdogServiceService,
} from '../gen/pbot/vm/v1/watchdog.js';
import { durationFromMs } from '../lib/config/duration.js';
import type { Log } from '../lib/process/log.js';
import { enumTable } from '../lib/rpc/enum-table.js';
import { type FieldViolation, RpcError } from '../lib/rpc/error.js';
import { serverStream, unary } from '../lib/rpc/handler.js';
import type { RpcService } from '../lib/rpc/server.js';
import type { Recovery } from './driver.js';
import {
  RecoveryStoppedError,
  RevertDisabledError,
  RevertFailedError,
  RevertUnfinishedError,
} from './errors.js';
import type { Fault, FaultReason, Machine, ReportVerdict } from './machine-state.js';
import type { Registry } from './registry.js';

/** The gRPC service of the Watchdog. */
export function watchdogService(options: {
  registry: Registry;
  /** By the names of their machines. */
  recoveries: ReadonlyMap<string, Recovery>;
  log: Log;
}): RpcService {
  const { registry, recoveries, log } = options;
  const implementation: WatchdogServiceServer = {
    listMachines: unary(log, () =>
      Promise.resolve({ machines: registry.all().map(machineMessage) }),
    ),
    watchMachines: serverStream(log, async (_request, sink, { signal }) => {
      for await (const machines of registry.watch(signal)) {
        await sink.send({ machines: machines.map(machineMessage) });
      }
    }),
    reportFault: unary(log, (request) => {
      const report = checkReport(request);
      const recovery = findRecovery(recoveries, request.machine);
      log.info(
        { ...report, machine: request.machine, execution: request.executionId },
        'a fault was reported',
      );
      try {
        const verdict = recovery.reportFault({
          ...report,
          isOfExecution: request.executionId !== '',
        });
        const machine = registry.get(request.machine);
        const action = actionOf(verdict, machine, report);
        return Promise.resolve({ action, machine: machineMessage(machine) });
      } catch (error) {
        throw recoveryError(error, request.machine);
      }
    }),
    revertMachine: unary(log, async (request, { signal }) => {
      const violations = checkMachineName(request.machine);
      if (violations.length > 0) throw RpcError.badRequest(violations);
      const recovery = findRecovery(recoveries, request.machine);
      try {
        return { machine: machineMessage(await recovery.revert(signal)) };
      } catch (error) {
        throw recoveryError(error, request.machine);
      }
    }),
  };
  return { definition: WatchdogServiceService, implementation };
}

const maxDetailBytes = 1024;
const maxExecutionIdBytes = 128;

function checkReport(request: ReportFaultRequest): {
  generation: number;
  reason: FaultReason;
  detail: string;
} {
  const { generation, detail } = request;
  const reason = faultReasons.fromWire(request.reason);
  const violations = checkMachineName(request.machine);
  if (generation < 1) {
    violations.push({
      field: 'generation',
      description: 'must be the generation that the fault was seen in',
    });
  }
  if (reason === undefined) {
    violations.push({ field: 'reason', description: 'must be one of the reasons of FaultReason' });
  }
  if (Buffer.byteLength(detail) > maxDetailBytes) {
    violations.push({ field: 'detail', description: `must be at most ${maxDetailBytes} bytes` });
  }
  if (Buffer.byteLength(request.executionId) > maxExecutionIdBytes) {
    const description = `must be at most ${maxExecutionIdBytes} bytes`;
    violations.push({ field: 'execution_id', description });
  }
  if (reason === undefined || violations.length > 0) throw RpcError.badRequest(violations);
  return { generation, reason, detail };
}

function checkMachineName(machine: string): FieldViolation[] {
  return machine === '' ? [{ field: 'machine', description: 'must name a machine' }] : [];
}

function findRecovery(recoveries: ReadonlyMap<string, Recovery>, machine: string): Recovery {
  const recovery = recoveries.get(machine);
  if (recovery !== undefined) return recovery;
  throw new RpcError({
    reason: 'MACHINE_NOT_FOUND',
    message: `There is no machine "${machine}"; there is ${[...recoveries.keys()].join(', ')}.`,
    metadata: { machine },
  });
}

function actionOf(
  verdict: ReportVerdict,
  machine: Machine,
  report: { generation: number },
): Action {
  switch (verdict) {
    case 'start':
      return Action.REVERT_STARTED;
    case 'handled':
      return Action.ALREADY_HANDLED;
    case 'ignored':
      return Action.IGNORED;
    case 'refused':
      throw new RpcError({
        reason: 'GENERATION_UNKNOWN',
        message: `Machine ${machine.name} is in generation ${machine.generation}; it never had ${report.generation}.`,
        metadata: {
          machine: machine.name,
          generation: String(report.generation),
          current_generation: String(machine.generation),
        },
      });
  }
}

function recoveryError(error: unknown, machine: string): unknown {
  if (!(error instanceof Error)) return error;
  const known = recoveryErrors.find(({ type }) => error instanceof type);
  if (known === undefined) return error;
  const { message } = error;
  return new RpcError({ reason: known.reason, message, metadata: { machine }, cause: error });
}

const recoveryErrors = [
  { type: RevertDisabledError, reason: 'REVERT_DISABLED' },
  { type: RevertFailedError, reason: 'REVERT_FAILED' },
  { type: RevertUnfinishedError, reason: 'REVERT_UNFINISHED' },
  { type: RecoveryStoppedError, reason: 'WATCHDOG_STOPPING' },
] as const;

function machineMessage(machine: Machine): MachineMessage {
  const { heartbeatTimeMs, load, lastFault, lastRevertDurationMs } = machine;
  return {
    name: machine.name,
    domain: machine.domain,
    state: states.toWire(machine.state),
    generation: machine.generation,
    stateTime: new Date(machine.stateTimeMs),
    stateDetail: machine.stateDetail,
    heartbeatTime: heartbeatTimeMs === undefined ? undefined : new Date(heartbeatTimeMs),
    lastFault: lastFault === undefined ? undefined : faultMessage(lastFault),
    revertCount: machine.revertCount,
    lastRevertDuration:
      lastRevertDurationMs === undefined ? undefined : durationFromMs(lastRevertDurationMs),
    heartbeatAddress: machine.heartbeatAddress,
    pristine: machine.isPristine,
    revertObstacle: machine.revertObstacle ?? '',
    processorLoad: load && { share: load.share, measureTime: new Date(load.measuredAtMs) },
  };
}

function faultMessage(fault: Fault): FaultMessage {
  return {
    reason: faultReasons.toWire(fault.reason),
    detail: fault.detail,
    generation: fault.generation,
    createTime: new Date(fault.timeMs),
  };
}

const states = enumTable({
  unknown: MachineStateMessage.UNKNOWN,
  starting: MachineStateMessage.STARTING,
  ready: MachineStateMessage.READY,
  reverting: MachineStateMessage.REVERTING,
  offline: MachineStateMessage.OFFLINE,
});

const faultReasons = enumTable({
  'timed-out': FaultReasonMessage.TIMED_OUT,
  'heartbeat-lost': FaultReasonMessage.HEARTBEAT_LOST,
  'channel-corrupt': FaultReasonMessage.CHANNEL_CORRUPT,
  'guest-error': FaultReasonMessage.GUEST_ERROR,
  'machine-gone': FaultReasonMessage.MACHINE_GONE,
  operator: FaultReasonMessage.OPERATOR,
  used: FaultReasonMessage.USED,
  'busy-while-idle': FaultReasonMessage.BUSY_WHILE_IDLE,
});
