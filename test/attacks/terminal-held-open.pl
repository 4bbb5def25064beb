# attack: leaves its terminal to a process that hears no hang-up and prints on it for ever
# language: perl
# terminal: 24 80
# expect: exit 0
# stdout: ^up\r\n
$| = 1;
if (!fork) {
    $SIG{HUP} = $SIG{TERM} = $SIG{INT} = 'IGNORE';
    print "up\n" while 1;
}
select(undef, undef, undef, 0.3);
