# attack: dies of a signal that has no name
# language: sh
# expect: signal *
kill -40 $$
