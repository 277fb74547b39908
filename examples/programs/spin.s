# spin: never ends. Only the compute meter stops it.

entrypoint:
    add64 r0, 1
    ja entrypoint
