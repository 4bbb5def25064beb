# attack: opens as many terminals as there are, so that nobody else has one
# language: perl
# expect: exit 0
# stdout: ^\d+ terminals\n$
$| = 1;
my (@kept, $last);
while (open(my $terminal, '+<', '/dev/ptmx')) { push @kept, $terminal }
print scalar(@kept), " terminals\n";
exit(@kept <= 64 ? 0 : 1);
