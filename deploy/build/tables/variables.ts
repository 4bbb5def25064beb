// The table of environment variables, as `vm-server --help` prints them.

import { allSettings } from '../../../services/cli/settings.js';
import { code, markdownTable } from './markdown.js';

export function variablesTable(): string {
  return markdownTable(
    ['Variable', 'Default', 'Meaning'],
    Object.values(allSettings).map(({ variable, defaultText, description }) => [
      code(variable),
      isLiteral(defaultText) ? code(defaultText) : withNamesAsCode(defaultText),
      withNamesAsCode(description),
    ]),
  );
}

/** `9000` and `failure` are what one would set; `not set` and `by user` are words about it. */
function isLiteral(text: string): boolean {
  return /^[a-z0-9-]+$/.test(text);
}

function withNamesAsCode(text: string): string {
  return text.replaceAll(/\b(?:PBOTVM|OTEL|LIBVIRT)_[A-Z_]+/g, code('$&'));
}
