# attack: takes all memory with many small processes, so that none of them looks guilty
# language: perl
# expect: limit MEMORY, limit WALL_TIME
# time-limit: 8 s
for (1 .. 100) {
  next if fork;
  my $taken = 'x' x 8_000_000;
  sleep 60;
}
sleep 60;
