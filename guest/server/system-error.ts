// What the kernel says where a call fails.

/** Whether an error is that of a system call with this code, as errno(3) names it. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
