# attack: leaves its input unread and ends
# language: sh
# stdin: "a line\nand another\n"
# expect: exit 0
# stdout: ^$
exit 0
