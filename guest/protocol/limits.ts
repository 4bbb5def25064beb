// The limits of a phase as the channel carries them. The host gives each its amount, the guest applies it.

/**
 * The limits of a phase by the names that the host gives them: the field of the channel's message that carries each, and
 * how many bits that has. What each limits is in the contract.
 */
export const channelLimits = {
  wallTimeMs: { field: 'wallMs', bits: 32 },
  cpuTimeMs: { field: 'cpuMs', bits: 32 },
  memoryBytes: { field: 'memoryBytes', bits: 64 },
  processes: { field: 'processes', bits: 32 },
  fileBytes: { field: 'fileBytes', bits: 64 },
  openFiles: { field: 'openFiles', bits: 32 },
  stackBytes: { field: 'stackBytes', bits: 64 },
} as const;

type ChannelLimit = (typeof channelLimits)[keyof typeof channelLimits];

export type ChannelLimitField = ChannelLimit['field'];

export const channelLimitFields: readonly ChannelLimitField[] = Object.values(channelLimits).map(
  ({ field }) => field,
);

/** The message's fields: 64 bits are a `bigint`. */
export type ChannelLimits = {
  [L in ChannelLimit as L['field']]: L['bits'] extends 64 ? bigint : number;
};
