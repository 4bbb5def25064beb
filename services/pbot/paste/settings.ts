// The settings of what PBot's users get from elsewhere: a place for long texts, and standard input where they give none.

import * as z from 'zod';
import { wordSchema } from '../../lib/config/setting-schemas.js';
import type { Setting } from '../../lib/config/settings.js';

const paste: Setting<string> = {
  variable: 'PBOTVM_PASTE',
  defaultText: 'not set',
  description:
    "Where -paste of PBot's users publishes code and output: a URL that takes a form with the field file, or the path of a command",
  schema: z
    .string()
    .regex(/^$|^https?:\/\/|^\//, { error: 'must be an http or https URL, or an absolute path' })
    .default(''),
};

const defaultInput: Setting<'none' | 'fortune'> = {
  variable: 'PBOTVM_STDIN',
  defaultText: 'none',
  description:
    "What PBot's users' programs read where they give no standard input: none, or what the command fortune prints",
  schema: wordSchema(['none', 'fortune'], 'none'),
};

export const outsideSettings = { paste, defaultInput };
