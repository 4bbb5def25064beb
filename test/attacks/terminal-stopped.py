# attack: stops the output of its terminal and prints all the same
# language: python3
# terminal: 24 80
# expect: limit WALL_TIME
import termios
termios.tcflow(1, termios.TCOOFF)
while True:
    print('x' * 4096)
