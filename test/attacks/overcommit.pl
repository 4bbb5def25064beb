# attack: reserves more memory than any machine has, then uses what it got
# language: perl
# expect: exit *, signal *, limit MEMORY, limit WALL_TIME
# time-limit: 5 s
my ($mmap, $madvise) = (9, 28);
my ($read_write, $private_anonymous_noreserve_populate) = (3, 0x02 | 0x20 | 0x4000 | 0x8000);
for my $power (reverse 20 .. 46) {
  syscall $mmap, 0, 1 << $power, $read_write, 0x4022, -1, 0;
}
syscall $mmap, 0, 1 << 31, $read_write, $private_anonymous_noreserve_populate, -1, 0;
