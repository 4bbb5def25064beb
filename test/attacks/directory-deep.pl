# attack: leaves a tree that is deeper than a path can be long
# language: perl
# expect: exit 0, limit MEMORY
# time-limit: 6 s
my $name = 'd' x 250;
for (1 .. 400) { mkdir $name or last; chdir $name or last }
open my $file, '>', 'bottom';
