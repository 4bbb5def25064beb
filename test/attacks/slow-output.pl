# attack: prints a byte at a time
# language: perl
# expect: exit 0
# stdout: ^x{40}$
$| = 1;
for (1 .. 40) { print 'x'; select undef, undef, undef, 0.03 }
