// The table of the limits of an execution, of its phases, and of a request.

import { maxPartBytes, maxParts, maxPathBytes } from '../../../guest/protocol/paths.js';
import { maxTerminalSize } from '../../../guest/protocol/terminal.js';
import { allSettings } from '../../../services/cli/settings.js';
import {
  executionLimits,
  type LimitUnit,
  phaseLimits,
  requestLimits,
} from '../../../services/lib/config/limits.js';
import { code, markdownTable } from './markdown.js';

export function limitsTable(): string {
  const headings = [
    'Field of the program',
    'What it limits',
    'Default',
    'Maximum',
    'Set by',
    'If exceeded',
  ];
  const section = (title: string, range = '') => [title, '', '', '', range, ''];
  return markdownTable(headings, [
    section('**Whole execution**'),
    timeLimitRow(),
    ...executionRows(),
    section(
      '**Each phase**, in `compile_limits` and `run_limits`',
      'as `compile.KEY` and `run.KEY`:',
    ),
    ...phaseRows(),
    section('**The request itself**'),
    ...requestRows(),
  ]);
}

function timeLimitRow(): string[] {
  const { variable, defaultText } = allSettings.timeoutMs;
  const what = 'Time of compiler and program together';
  const effect = 'Ended, `WALL_TIME`; the machine is reverted';
  const range = `${code(variable)}, 0.1 to 3600 s`;
  return [code('time_limit'), what, `${defaultText} s`, 'the same', range, effect];
}

function executionRows(): string[][] {
  return Object.values(executionLimits).map((limit) => {
    const { unit, description, builtIn, ceiling, ifExceeded } = limit;
    const isRange = typeof builtIn !== 'number';
    return [
      'field' in limit ? code(limit.field) : '',
      description,
      isRange ? amountText(builtIn.default, unit) : '',
      amountText(isRange ? builtIn.max : builtIn, unit),
      setBy(`execution.${limit.key}`, ceiling, unit),
      ifExceeded,
    ];
  });
}

function phaseRows(): string[][] {
  return Object.values(phaseLimits).map((limit) => {
    const { key, unit, description, builtIn, ceiling, ifExceeded } = limit;
    const machineGives = 'machineGives' in limit ? limit.machineGives : '';
    return [
      code(key),
      description,
      builtIn.default === undefined ? machineGives : amountText(builtIn.default, unit),
      builtIn.max === undefined ? 'the same' : amountText(builtIn.max, unit),
      setBy(key, ceiling, unit),
      ifExceeded,
    ];
  });
}

function requestRows(): string[][] {
  const limits = requestLimits;
  const { variable, defaultText } = allSettings.maxCodeBytes;
  const paths = `${maxPathBytes} bytes, ${maxParts} parts of ${maxPartBytes} bytes`;
  const codeRange = `${code(variable)}, at most ${bytesText(limits.maxCodeBytesCeiling)}`;
  const rows = [
    ['`code`, `files`', 'Bytes of both together', '', bytesText(Number(defaultText)), codeRange],
    [
      '`files`',
      'Number; paths',
      'none',
      `${limits.maxFiles}; ${paths}, ${together(limits.maxPathsBytes)}`,
    ],
    ['`output_files`', 'Paths and globs', 'none', several(limits.maxGlobs, limits.maxGlobsBytes)],
    [
      '`stdin`',
      'Standard input; with `Interact`, each message',
      'none',
      bytesText(limits.maxStdinBytes),
    ],
    [
      '`options`',
      'Options for the compiler or interpreter',
      "the language's",
      several(limits.maxOptions, limits.maxOptionsBytes),
    ],
    [
      '`arguments`',
      'Arguments for the program',
      'none',
      several(limits.maxArguments, limits.maxArgumentsBytes),
    ],
    ['`environment`', 'Variables', 'none', several(limits.maxVariables, limits.maxVariablesBytes)],
    [
      '`terminal`',
      'Its size',
      'no terminal',
      `${maxTerminalSize} rows, ${maxTerminalSize} columns`,
    ],
    ['`language`', 'Length', '', `${limits.maxLanguageLength} characters`],
    ['`request_id`, `requester`', 'Length', 'empty', `${limits.maxNameLength} characters`],
  ];
  return rows.map(([field = '', what = '', fallback = '', max = '', range = '']) => {
    return [field, what, fallback, max, range, 'Rejected'];
  });
}

function several(count: number, bytes: number): string {
  return `${count}, ${together(bytes)}`;
}

function together(bytes: number): string {
  return `${bytesText(bytes)} together`;
}

function setBy(key: string, ceiling: number, unit: LimitUnit): string {
  if (ceiling === Number.MAX_SAFE_INTEGER) return code(key);
  const text = unit === 'time' ? `${ceiling / 1000} s` : amountText(ceiling, unit);
  return `${code(key)}, at most ${text}`;
}

function amountText(amount: number, unit: LimitUnit): string {
  switch (unit) {
    case 'time':
      return amount === 3_600_000 ? '1 h' : `${amount / 1000} s`;
    case 'bytes':
      return bytesText(amount);
    case 'count':
      return String(amount);
  }
}

function bytesText(bytes: number): string {
  const kibibytes = bytes / 1024;
  return kibibytes % 1024 === 0 ? `${kibibytes / 1024} MiB` : `${kibibytes} KiB`;
}
