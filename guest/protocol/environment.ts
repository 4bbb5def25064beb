// Environment variables: the rule for their names, which host and guest both check, and how they are written as words.

/** Names that every shell takes. */
export function isEnvironmentName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** Each variable as `NAME=VALUE`, as `env` and `execve` take it. */
export function assignments(environment: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}
