// What a guest says that it offers, as far as it is believed.

import type { Ready } from '../../gen/pbot/vm/guest/v1/channel.js';
import { believableLanguages, type OfferedLanguage } from '../admission/catalogue.js';
import type { PhaseRoom } from '../admission/limits.js';

/** More executions at a time than an honest guest server takes. A guest that claims more would attract all work. */
const maxCapacity = 16;

const maxVersionLength = 64;

export interface GuestClaims {
  readonly version: string;
  /** Executions at a time. */
  readonly capacity: number;
  readonly languages: readonly OfferedLanguage[];
  readonly phaseRoom: PhaseRoom;
}

/** Of a guest that has said nothing yet. */
export const noClaims: GuestClaims = {
  version: '',
  capacity: 0,
  languages: [],
  phaseRoom: { memoryBytes: Infinity, fileBytes: Infinity },
};

export function claimsOf(ready: Ready): GuestClaims {
  return {
    version: ready.serverVersion.slice(0, maxVersionLength),
    capacity: Math.min(maxCapacity, ready.capacity),
    languages: believableLanguages(ready.languages),
    phaseRoom: {
      memoryBytes: Number(ready.phaseMemoryBytes) || Infinity,
      fileBytes: Number(ready.fileBytes) || Infinity,
    },
  };
}

/** For the line of the log. */
export function claimDetails({ version, capacity, languages }: GuestClaims): {
  guest: string;
  capacity: number;
  languages: string;
} {
  return { guest: version, capacity, languages: languages.map(({ name }) => name).join(' ') };
}
