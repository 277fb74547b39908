# toll: takes lamports out of account 0, which it owns, and hands them to account 1, all but one.
# The lamport it tries to keep belongs to nobody: the runtime refuses the instruction when it ends.
#
# Accounts          0 toll box (writable, owned by this program, no data), 1 recipient (writable)
# Instruction data  lamports u64

entrypoint:
    ldxdw r3, [r2+0]
    ldxdw r4, [r1+80]           # lamports of account 0
    sub64 r4, r3
    stxdw [r1+80], r4
    sub64 r3, 1
    add64 r1, 10336
    ldxdw r4, [r1+80]           # lamports of account 1
    add64 r4, r3
    stxdw [r1+80], r4
    mov64 r0, 0
    exit
