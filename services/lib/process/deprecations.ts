// Keeps warnings that are meant for the developers of a library from its users.

/**
 * Turns Node.js's warnings of deprecations off for this process. grpc-js asks Node.js for servers by their IP addresses,
 * which is deprecated, and whoever runs our programs can't help it.
 */
export function hideDeprecations(): void {
  process.noDeprecation = true;
}
