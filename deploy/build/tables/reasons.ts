// The table of the reasons that errors of our services have.

import { status } from '@grpc/grpc-js';
import { type ReasonDeclaration, reasons } from '../../../services/lib/rpc/reasons.js';
import { code, markdownTable } from './markdown.js';

type Section = Readonly<Record<string, ReasonDeclaration>>;

export function reasonsTable(): string {
  const rows = Object.entries<Section>(reasons).flatMap(([service, section]) => [
    [`**${service}**`, '', '', '', ''],
    ...Object.entries(section).map(([reason, declared]) => [
      code(reason),
      status[declared.code],
      declared.execution ?? '',
      retryText(declared),
      declared.description,
    ]),
  ]);
  return markdownTable(['Reason', 'gRPC code', 'Metadata `execution`', 'Retry', 'When'], rows);
}

function retryText(declared: ReasonDeclaration): string {
  if (declared.retryText !== undefined) return declared.retryText;
  return declared.retryDelayMs === undefined ? 'no' : `${declared.retryDelayMs / 1000} s`;
}
