// The settings that limit an execution. The Executor reads them, and `vm-exec` where it opens a machine by itself.

import * as z from 'zod';
import { builtInLimits, type LimitTable, readLimitTable } from './limit-table.js';
import { requestLimits } from './limits.js';
import { fileContentSchema, secondsSchema, wholeNumberSchema } from './setting-schemas.js';
import type { Setting } from './settings.js';

const timeoutMs: Setting<number> = {
  variable: 'PBOTVM_TIMEOUT',
  defaultText: '10',
  description: 'Duration before command times out (in seconds)',
  schema: z
    .string()
    .default('10')
    .transform((text, context) => {
      const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
      if (seconds < 0.1 || seconds > 3600) {
        context.addIssue('must be a number of seconds from 0.1 to 3600');
        return z.NEVER;
      }
      return seconds * 1000;
    }),
};

const maxWaitMs: Setting<number> = {
  variable: 'PBOTVM_MAX_WAIT',
  defaultText: '5',
  description: 'Longest wait of a request while machines start or are reverted (in seconds)',
  schema: secondsSchema({ fallback: '5', min: 0, max: 3600 }),
};

const maxUnreadMs: Setting<number> = {
  variable: 'PBOTVM_MAX_UNREAD',
  defaultText: '3',
  description:
    'A program whose client takes less than 256 KiB of its output for so long ends if others wait (in seconds)',
  schema: secondsSchema({ fallback: '3', min: 1, max: 3600 }),
};

const limits: Setting<LimitTable> = {
  variable: 'PBOTVM_LIMITS',
  defaultText: 'not set',
  description: 'File with defaults and maxima of what an execution may use and give back',
  schema: fileContentSchema(readLimitTable).transform((table) => table ?? builtInLimits),
};

const maxCodeBytes: Setting<number> = {
  variable: 'PBOTVM_MAX_CODE',
  defaultText: '1048576',
  description: 'Largest program that is accepted, files included, in bytes',
  schema: wholeNumberSchema({
    fallback: '1048576',
    min: 1,
    max: requestLimits.maxCodeBytesCeiling,
  }),
};

export const executionSettings = { timeoutMs, maxWaitMs, maxUnreadMs, limits, maxCodeBytes };
