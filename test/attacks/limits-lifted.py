# attack: lifts the limits that it was given
# language: python3
# expect: exit 0
# stdout: ^done\n$
import resource
for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC):
    _, most = resource.getrlimit(limit)
    for wanted in (most + 1, resource.RLIM_INFINITY):
        try:
            resource.setrlimit(limit, (wanted, wanted))
            print('lifted', limit)
        except (OSError, ValueError):
            pass
print('done')
