// The rule for names of environment variables, which host and guest both check.

/** Names that every shell takes. */
export function isEnvironmentName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}
