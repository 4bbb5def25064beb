// The doors of PBot into the Executor: the gRPC method, and what a line connection asks. Both lead to one conversation.

import { SpanKind } from '@opentelemetry/api';
import { temporaryPart } from '../../../guest/protocol/paths.js';
import type { PbotServiceServer } from '../../gen/pbot/vm/v1/pbot.js';
import type { Log } from '../../lib/process/log.js';
import type { Client } from '../../lib/rpc/caller.js';
import { RpcError } from '../../lib/rpc/error.js';
import { unary } from '../../lib/rpc/handler.js';
import { inSpan } from '../../lib/telemetry/tracing.js';
import type { Conversation } from '../../pbot/conversation.js';
import type {
  ExecutionPort,
  PbotFile,
  PbotOutcome,
  PbotProgram,
} from '../../pbot/execution-port.js';
import type { ProgramRequest } from '../admission/request.js';
import type { ExecutionIdentity, ExecutionResult } from '../execution/result.js';
import type { Executor } from '../executor.js';
import { announcer } from './grpc-server.js';

export interface PbotDoorOptions {
  readonly executor: Executor;
  readonly conversation: Conversation;
  readonly log: Log;
}

/** Whoever sent a line. */
export interface LineSender {
  readonly client: Client;
  /** Aborted when it goes away. */
  readonly signal: AbortSignal;
  /** Called when a machine takes the first of its programs, before that program can start. */
  readonly announce?: (identity: ExecutionIdentity) => void;
}

/** The methods of PbotService. */
export function pbotHandlers(options: PbotDoorOptions): PbotServiceServer {
  return {
    answer: unary(options.log, async ({ line }, context) => {
      const { signal, client } = context;
      const port = executionPort(options, { client, signal, announce: announcer(context) });
      return { text: await options.conversation.answer(line, port) };
    }),
  };
}

/** The answer to a line of port 9000. */
export async function answerLine(
  line: string,
  sender: LineSender,
  options: PbotDoorOptions,
): Promise<string> {
  return await inSpan('PBot line', { kind: SpanKind.SERVER, root: true }, () =>
    options.conversation.answer(line, executionPort(options, sender)),
  );
}

function executionPort({ executor, log }: PbotDoorOptions, sender: LineSender): ExecutionPort {
  let isAnnounced = false;
  const announce = (identity: ExecutionIdentity) => {
    if (!isAnnounced) sender.announce?.(identity);
    isAnnounced = true;
  };
  return {
    listLanguages: () => executor.languages,
    listMachines: () => executor.machines.map(({ name }) => name),
    async execute(program): Promise<PbotOutcome> {
      const { client, signal } = sender;
      try {
        const request = {
          program: programRequest(program),
          keepsOutput: true,
          announce,
          sink: () => Promise.resolve(),
          signal,
          client,
        };
        const result = await executor.execute(request);
        const state = program.state && stateOf(result, executor);
        return { kind: 'result', result: { ...result, ...(state && { state }) } };
      } catch (error) {
        const { reason, message, metadata } = RpcError.from(error);
        if (reason === 'INTERNAL') log.error({ err: error }, 'a line failed unexpectedly');
        return { kind: 'failure', failure: { reason, message, metadata } };
      }
    },
  };
}

/** Of each stream: an answer holds no more. */
const maxKeptBytes = 32 * 1024;

/** What a program has left, without its source. Undefined where some is missing. */
function stateOf(
  { files, filesTruncated, language }: ExecutionResult,
  { languages }: Executor,
): readonly PbotFile[] | undefined {
  if (filesTruncated) return undefined;
  const sourceFile = languages.find(({ name }) => name === language)?.sourceFile;
  // A file of the home may not be where those of /tmp are.
  const left = files.filter(({ path }) => path !== sourceFile && path !== temporaryPart);
  return [...new Map(left.map((file) => [file.path, file])).values()];
}

function programRequest({ state, ...program }: PbotProgram): ProgramRequest {
  return {
    ...program,
    environment: {},
    timeLimitMs: undefined,
    maxOutputBytes: 0,
    files: (state ?? []).map((file) => ({ ...file, executable: false })),
    outputFiles: state === undefined ? [] : ['**'],
    keepsState: state !== undefined,
    maxKeptBytes,
    unbuffered: true,
  };
}
