// Facts about domains as they were captured on a real host.

import { readFileSync } from 'node:fs';
import type { FoundDomain } from '../../../../../deploy/host/doctor/domain.js';

/** What virsh dumpxml printed for a running domain. */
export function capturedXml(name: 'virtio-domain' | 'serial-domain'): string {
  return readFileSync(new URL(`./captured/${name}.xml`, import.meta.url), 'utf8');
}

/** A running domain with both channels and its snapshot. */
export function runningDomain(changes: Partial<FoundDomain> = {}): FoundDomain {
  const xml = capturedXml('virtio-domain');
  return {
    kind: 'found',
    state: 'running',
    xml,
    storedXml: xml,
    snapshotNames: ['1'],
    ...changes,
  };
}
