// What the machines of `pbot-vm up` are made with: what its options ask for, else what is there, else the defaults.

import type { Language } from '../../../guest/languages/language.js';
import type { ChannelKind } from '../libvirt/domain-xml.js';
import { defaultMemoryMiB, neededMemoryMiB } from './needed-memory.js';

/** What an option of `up` can choose about a machine. */
export interface MadeWith {
  /** Debian release of the guest; of several machines, a release for each, by comma, and the last one for the others. */
  readonly suite: string;
  /** A profile, or names of languages. */
  readonly languages: string;
  /** Languages that the machines are made again with when their image is built. They serve with `languages` meanwhile. */
  readonly next?: string;
  readonly memoryMiB: number;
  readonly vcpus: number;
  readonly channels: ChannelKind;
  /** The host's ends of the channels are TCP ports, where nothing else names them. */
  readonly tcpChannels: boolean;
  readonly accelerator: 'kvm' | 'tcg';
}

/** What the options ask for. `auto`: what a boot probe says. */
export type AskedFor = Partial<Omit<MadeWith, 'accelerator' | 'next'>> & {
  readonly accelerator?: MadeWith['accelerator'] | 'auto' | undefined;
};

/** Without an accelerator: a probe decides. */
export type Plan = Omit<MadeWith, 'accelerator'> & {
  readonly accelerator: MadeWith['accelerator'] | 'auto';
};

const defaults: Plan = {
  suite: 'trixie',
  languages: 'minimal',
  next: 'standard',
  memoryMiB: defaultMemoryMiB,
  vcpus: 1,
  channels: 'virtio-serial',
  tcpChannels: false,
  accelerator: 'auto',
};

/**
 * An option that is not given changes nothing, but for memory: other languages may need more of it.
 *
 * @param own the operator's languages
 */
export function planFrom(
  asked: AskedFor,
  there: MadeWith | undefined,
  own: readonly Language[] = [],
): Plan {
  const kept = there ?? defaults;
  const languages = asked.languages ?? kept.languages;
  const next = asked.languages === undefined ? kept.next : undefined;
  const vcpus = asked.vcpus ?? kept.vcpus;
  const isAsBefore = languages === there?.languages && vcpus === there.vcpus;
  const needed = isAsBefore ? 0 : neededMemoryMiB({ languages: next ?? languages, vcpus, own });
  return {
    suite: asked.suite ?? kept.suite,
    languages,
    ...(next === undefined ? {} : { next }),
    memoryMiB: asked.memoryMiB ?? Math.max(kept.memoryMiB, needed),
    vcpus,
    channels: asked.channels ?? kept.channels,
    tcpChannels: asked.tcpChannels ?? kept.tcpChannels,
    accelerator: asked.accelerator ?? kept.accelerator,
  };
}

/** Debian release of a machine, by its place among the machines. */
export function suiteOf({ suite }: Pick<MadeWith, 'suite'>, index: number): string {
  const suites = suite.split(',').map((each) => each.trim());
  return suites[Math.min(index, suites.length - 1)] ?? suite;
}

/** What machines that are there were made with, together. `undefined`: nothing is known of that machine. */
export function together(machines: readonly (MadeWith | undefined)[]): MadeWith | undefined {
  const known = machines.filter((each) => each !== undefined);
  const [first] = known;
  if (first === undefined) return undefined;
  const suites = known.map(({ suite }) => suite);
  const last = suites.at(-1);
  while (suites.length > 1 && suites.at(-2) === last) suites.pop();
  return { ...first, suite: suites.join(',') };
}

/** What differs from the machine that is there, for the person who is asked. `auto` changes nothing by itself. */
export function describeChanges(plan: Plan, there: MadeWith | undefined): string[] {
  if (there === undefined) return [];
  const rows: readonly (readonly [string, string | number, string | number])[] = [
    ['Debian release', there.suite, plan.suite],
    ['languages', there.languages, plan.languages],
    ['MiB of memory', there.memoryMiB, plan.memoryMiB],
    ['processors', there.vcpus, plan.vcpus],
    ['channels', there.channels, plan.channels],
    ["the channels' host ends", hostEnds(there), hostEnds(plan)],
    ['accelerator', there.accelerator, plan.accelerator],
  ];
  return rows.flatMap(([name, before, after]) =>
    before === after || after === 'auto' ? [] : [`${name}: ${after} in place of ${before}`],
  );
}

function hostEnds({ tcpChannels }: Plan): string {
  return tcpChannels ? 'TCP ports' : 'Unix sockets';
}
