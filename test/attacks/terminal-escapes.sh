# attack: prints sequences that make terminals answer, rename and type
# language: sh
# expect: exit 0
printf '\033[c\033[6n\033]0;title\007\033]52;c;ZWNobyBvd25lZAo=\007\033P$q"p\033\\\033[21t\033c\233\220\n'
printf '\342\200\256reversed\r\010\010\177\n'
