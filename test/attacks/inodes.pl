# attack: makes empty files and directories until none is left, everywhere
# language: perl
# expect: exit *, limit WALL_TIME, limit MEMORY
# time-limit: 3 s
for my $place ('/tmp', '/var/tmp', '/dev/shm', '.') {
  for my $number (1 .. 200_000) {
    open my $file, '>', "$place/empty-$number" or last;
  }
}
