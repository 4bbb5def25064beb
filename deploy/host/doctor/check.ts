// What a check of `pbot-vm doctor` is, and what it can find.

/** One thing that must be right on this host. */
export interface Check {
  readonly title: string;
  run(): Promise<Finding>;
}

/** What a check saw. `skipped`: it could not be looked at, because something else must be fixed first. */
export type Finding =
  | { readonly level: 'ok'; readonly detail: string }
  | {
      readonly level: 'warning' | 'failed' | 'skipped';
      readonly detail: string;
      /** What to do about it, in whole sentences. */
      readonly fix: string;
    };

export function ok(detail: string): Finding {
  return { level: 'ok', detail };
}

export function warning(detail: string, fix: string): Finding {
  return { level: 'warning', detail, fix };
}

export function failed(detail: string, fix: string): Finding {
  return { level: 'failed', detail, fix };
}

export function skipped(detail: string, fix: string): Finding {
  return { level: 'skipped', detail, fix };
}

/** The finding of a check that needs what another check found broken. */
export function skippedUntil(title: string, detail: string): Finding {
  return skipped(detail, `Fix "${title}" first.`);
}

/** Names of the checks that others refer to. */
export const titles = {
  kvm: 'KVM',
  libvirt: 'libvirt and QEMU',
  servicePorts: 'ports of the services',
  domain: 'domain',
  channels: 'channels',
  executor: 'Executor',
  watchdog: 'Watchdog',
} as const;
