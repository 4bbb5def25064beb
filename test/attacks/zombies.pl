# attack: fills its share of processes with dead ones that nobody waits for
# language: perl
# expect: exit 0
my $count = 0;
while (defined(my $pid = fork)) { exit 0 unless $pid; last if ++$count > 2000 }
print "$count\n";
