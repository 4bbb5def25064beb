// A language as the guest tells it to its host.

import type { Language as LanguageFrame } from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import type { InstalledLanguage } from './catalogue-discovery.js';

export function describeLanguage({ language, version }: InstalledLanguage): LanguageFrame {
  const { comment } = language;
  return {
    name: language.name,
    aliases: [...language.aliases],
    version,
    compiled: language.compile !== undefined,
    sourceFile: language.sourceFile,
    title: language.title,
    commentBegin: 'line' in comment ? comment.line : comment.begin,
    commentEnd: 'line' in comment ? '' : comment.end,
    hello: language.hello,
    neededMemoryMib: language.neededMemoryMiB ?? 0,
  };
}
