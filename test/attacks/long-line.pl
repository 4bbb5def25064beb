# attack: prints a line that does not end
# language: perl
# expect: exit 0
# stdout: ^(?:0123456789){60000}$
print '0123456789' x 60_000;
