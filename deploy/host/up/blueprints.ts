// What the machines are made from: the image of each Debian release that one of them has, and how QEMU runs it.

import { join } from 'node:path';
import { chooseLanguages } from '../../../guest/languages/catalogue.js';
import { type Language, profiles } from '../../../guest/languages/language.js';
import { OwnLanguageError, readOwnLanguages } from '../../../guest/own-languages/read.js';
import { UserError } from '../../../services/lib/process/user-error.js';
import type { Host } from '../host.js';
import { buildImage, type GuestImage } from '../image/build-image.js';
import { probeKvm } from '../kvm-probe.js';
import type { DiskIo } from '../libvirt/domain-xml.js';
import type { Blueprint, Machine } from '../machine.js';
import { probeIoUring } from './io-uring-probe.js';
import { type AskedFor, type Plan, suiteOf } from './made-with.js';
import { type StepDisplay, step } from './step.js';

/** What the blueprints depend on. */
export interface BlueprintOptions {
  readonly host: Host;
  /** Directory of the bundled programs. */
  readonly programs: string;
  readonly asked: AskedFor;
  readonly plan: Plan;
  /** The operator's own languages. */
  readonly own: readonly Language[];
  readonly kvmProbeTimeoutMs: number;
}

/**
 * The blueprint of each machine, by domain.
 *
 * @param machines those of ours, at least one
 * @throws UserError
 */
export async function drawBlueprints(
  options: BlueprintOptions,
  machines: readonly [Machine, ...Machine[]],
): Promise<Map<string, Blueprint>> {
  const { languages, next, memoryMiB, vcpus, channels, tcpChannels } = options.plan;
  const domains = options.host.machines.map(({ domain }) => domain);
  const suiteFor = ({ domain }: Machine) => suiteOf(options.plan, domains.indexOf(domain));
  const images = new Map<string, GuestImage>();
  const suites = new Set(machines.map(suiteFor));
  for (const suite of suites) {
    const title = `Guest image (Debian ${suite})`;
    const build = async (display: StepDisplay) => {
      const built = await buildGuestImage(options, {
        ...{ suite, releaseCount: suites.size },
        onLine: (line) => display.line(line),
      });
      display.title(`${title}: ${built.reused ? 'built before' : 'built'}`);
      return built;
    };
    images.set(suite, await step(title, build));
  }
  const imageOf = (machine: Machine) => images.get(suiteFor(machine)) as GuestImage;
  const { kernelPath } = imageOf(machines[0]);
  const settings = await step('Accelerator', async (display) => {
    const { accelerator, detail } = await chooseAccelerator(options, kernelPath);
    display.title(`Accelerator: ${accelerator.toUpperCase()} (${detail})`);
    const diskIo: DiskIo = (await probeIoUring(kernelPath)) ? 'io_uring' : 'threads';
    return { memoryMiB, vcpus, channels, accelerator, diskIo };
  });
  const blueprint = (machine: Machine): Blueprint => ({
    image: imageOf(machine),
    suite: suiteFor(machine),
    languages,
    next,
    tcpChannels,
    settings,
  });
  return new Map(machines.map((machine) => [machine.domain, blueprint(machine)]));
}

/** @throws UserError where a name is none of a language */
export function languagesOf({
  plan,
  own,
}: Pick<BlueprintOptions, 'plan' | 'own'>): readonly Language[] {
  const choice = chooseLanguages(plan.languages, own);
  if ('chosen' in choice) return choice.chosen;
  throw new UserError(
    `There is no language "${choice.unknown}": say --languages ${profiles.join(', ')}, or names such as "c11,python3".`,
  );
}

/** @throws UserError where a file of the operator's languages holds none */
export function ownLanguages({ languageDirectory }: Host): Language[] {
  try {
    return readOwnLanguages(languageDirectory);
  } catch (error) {
    if (error instanceof OwnLanguageError) throw new UserError(error.message, { cause: error });
    throw error;
  }
}

async function buildGuestImage(
  options: BlueprintOptions,
  image: { suite: string; releaseCount: number; onLine: (line: string) => void },
): Promise<GuestImage> {
  const { onLine, ...release } = image;
  let last = '';
  return await buildImage({
    ...release,
    cacheDir: options.host.cacheDirectory,
    guestDir: join(options.programs, 'guest'),
    languages: languagesOf(options),
    isProvisional: options.plan.next !== undefined,
    ownLanguages: options.own,
    onProgress: ({ step: name, fraction }) => {
      const percent = fraction === undefined ? '' : `${Math.floor(fraction * 100)} % `;
      const line = `${percent}${name}`;
      // A tool prints much more than that: a log would fill with the same line.
      if (line !== last) onLine(line);
      last = line;
    },
  });
}

async function chooseAccelerator(
  { asked, plan, kvmProbeTimeoutMs }: BlueprintOptions,
  kernelPath: string,
): Promise<{ accelerator: 'kvm' | 'tcg'; detail: string }> {
  if (plan.accelerator !== 'auto') {
    const detail =
      asked.accelerator === undefined
        ? 'as before; --accelerator auto tries KVM again'
        : 'as asked for';
    return { accelerator: plan.accelerator, detail };
  }
  const verdict = await probeKvm({ kernelPath, timeoutMs: kvmProbeTimeoutMs });
  return { accelerator: verdict.usable ? 'kvm' : 'tcg', detail: verdict.detail };
}
