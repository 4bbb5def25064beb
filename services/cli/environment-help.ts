// The part of a help text that lists environment variables.

import { describeSettings, type Settings } from '../lib/config/settings.js';

/** The settings that a program reads, as its help lists them. */
export function environmentHelp(settings: Settings): string {
  return `\nEnvironment (variable, default, meaning):\n${describeSettings(settings)}`;
}
