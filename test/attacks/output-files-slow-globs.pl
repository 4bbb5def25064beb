# attack: leaves thousands of files whose names are slow to compare with what is asked for
# language: perl
# expect: exit 0
# time-limit: 20 s
# output-files: **/*a?*a?*a?*a?*a?*a?*a?*a?*a?*a?*b **/*?a*?a*?a*?a*?a*?a*?a*?a*?a*?a*?a*c *aaaa?aaaa*aaaaa?aaaa*d
mkdir "d$_" for 1 .. 20;
for my $i (1 .. 4000) {
    my $folder = $i % 21;
    open(my $file, '>', ($folder ? "d$folder/" : '') . 'a' x 200 . $i) or die $!;
}
