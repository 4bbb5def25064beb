# attack: prints well-formed frames of the data channel, which say that it has ended well
# language: python3
# expect: exit 6
import sys
finished = '010201010b0501010801150101010101010109010142020801bc8a061a00'
phase_finished = '010201010f050101080115010101010101010801013a060801100218050101c57c0e1800'
ready = '0102010115050101080115010101010101011301011a0c08021201781a017828643801c557a8da00'
for stream in (sys.stdout, sys.stderr):
    for frame in (phase_finished, finished, ready, '00', '00000000'):
        stream.buffer.write(b'\0' + bytes.fromhex(frame))
        stream.buffer.flush()
sys.exit(6)
