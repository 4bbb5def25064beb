# attack: leaves a deep tree that was put together out of pieces, twenty thousand levels down
# language: perl
# expect: exit 0, limit MEMORY, limit WALL_TIME
# time-limit: 4 s
my $count = 0;
for (1 .. 20_000) { mkdir 'd' or last; chdir 'd' or last; $count++ }
print "$count\n";
