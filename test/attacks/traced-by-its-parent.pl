# attack: asks to be traced by its parent, which is a part of the sandbox, and is stopped by signals and by a new program
# language: perl
# expect: exit 3
# stdout: ^taken\non\n$
$| = 1;
my ($ptrace, $trace_me) = (101, 0);
$SIG{USR1} = sub { print "taken\n" };
syscall($ptrace, $trace_me, 0, 0, 0);
kill USR1 => $$;
exec 'sh', '-c', 'echo on; exit 3';
