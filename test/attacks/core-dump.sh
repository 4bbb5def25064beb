# attack: crashes with a large core
# language: sh
# expect: signal SIGSEGV
# time-limit: 5 s
ulimit -c unlimited
exec perl -e 'my $large = "x" x 50_000_000; kill "SEGV", $$; sleep 1'
