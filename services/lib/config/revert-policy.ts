// When a machine is reverted to its snapshot.

/** `failure`: after a fault. `always`: after each execution too, so that each starts on a clean machine. `never`: not at all. */
export type RevertPolicy = (typeof revertPolicies)[number];

export const revertPolicies = ['failure', 'always', 'never'] as const;

/** The policy that is configured. PBOTVM_NOREVERT comes from the specification and takes precedence. */
export function configuredPolicy(config: {
  noRevert: boolean;
  revert: RevertPolicy;
}): RevertPolicy {
  return config.noRevert ? 'never' : config.revert;
}
