/**
 * When a machine is put back to its snapshot: `failure` after a fault, `always` after each execution too, so that every
 * one begins on a pristine machine, `never` at all.
 */
export type RevertPolicy = (typeof revertPolicies)[number];

export const revertPolicies = ['failure', 'always', 'never'] as const;

/** The policy that the variables ask for. PBOTVM_NOREVERT is the specification's, and wins. */
export function configuredPolicy(config: {
  noRevert: boolean;
  revert: RevertPolicy;
}): RevertPolicy {
  return config.noRevert ? 'never' : config.revert;
}
