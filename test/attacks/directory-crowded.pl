# attack: leaves more files than can be removed between two programs
# language: perl
# expect: exit 0, limit MEMORY
# time-limit: 8 s
for my $number (1 .. 8000) { open my $file, '>', "file-$number" or last }
