# attack: takes all memory with its heap
# language: python3
# expect: limit MEMORY
# time-limit: 10 s
taken = []
while True:
    taken.append(bytearray(10_000_000))
