// Has the C library give freed memory back to the host. It reads its variables when a process starts, and never again.

/**
 * Variables of glibc (mallopt(3)); other C libraries do not know them. By itself glibc keeps freed memory that lies below
 * memory in use: after a burst of large requests a service would hold 200 MiB more for ever. Here each block from 12 KiB
 * on is a mapping of its own, which ends with the block. Node.js reads sockets into blocks of 64 KiB, and nghttp2 has
 * blocks of 16 KiB for each connection: 1000 connections would leave 25 MiB.
 */
export const memoryReturn = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '12288',
  MALLOC_TRIM_THRESHOLD_: '131072',
} as const;
