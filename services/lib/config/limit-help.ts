// The table of limits that the file of limits may set, for `--help`.

import { inColumns } from './columns.js';
import { executionLimits, type LimitRange, type LimitUnit, phaseLimits } from './limits.js';

/** All amounts are in the units of the file. */
export function describeLimits(): string {
  return [
    'Limits that the file of PBOTVM_LIMITS may set (object, key, unit, default, maximum, most that the file may set):',
    inColumns([
      ...Object.values(phaseLimits).map((limit) => limitRow('compile, run', limit)),
      ...Object.values(executionLimits).map((limit) => limitRow('execution', limit)),
    ]),
    '"-" is no fixed amount: the machine or the time of the execution is the limit. A limit without a default takes "max" alone.',
  ].join('\n');
}

interface DescribedLimit {
  readonly key: string;
  readonly unit: LimitUnit;
  readonly ceiling: number;
  readonly builtIn: LimitRange | number;
}

function limitRow(object: string, { key, unit, ceiling, builtIn }: DescribedLimit): string[] {
  const amounts =
    typeof builtIn === 'number'
      ? ['', amountText(builtIn, unit)]
      : [amountText(builtIn.default, unit), amountText(builtIn.max, unit)];
  const most = ceiling === Number.MAX_SAFE_INTEGER ? 'any' : amountText(ceiling, unit);
  return [object, key, unitTexts[unit], ...amounts, most];
}

const unitTexts: Readonly<Record<LimitUnit, string>> = {
  time: 'seconds',
  bytes: 'bytes',
  count: 'number',
};

function amountText(amount: number | undefined, unit: LimitUnit): string {
  if (amount === undefined) return '-';
  return String(unit === 'time' ? amount / 1000 : amount);
}
