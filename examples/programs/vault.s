# vault: pays lamports out of the address derived from the seeds "vault", bump under this program.
#
# Accounts          0 vault (writable), 1 recipient (writable), 2 System program; 0 and 1 carry no data
# Instruction data  bump u8, lamports u64
#
# Stack, from the frame pointer down:
#   -40    SolInstruction   { program_id, accounts, accounts_len, data, data_len }
#   -72    SolAccountMeta   2 x { pubkey, is_writable, is_signer }
#   -88    System Transfer  { 2: u32, lamports: u64 }
#   -200   SolAccountInfo   2 x { key, lamports, data_len, data, owner, rent_epoch, flags }
#   -232   SolSignerSeed    2 x { addr, len }
#   -248   SolSignerSeeds   { addr, len }
#   -256   "vault"

entrypoint:
    mov64 r6, r1
    mov64 r7, r2
    mov64 r8, r1                # the record of account 1: 8 + 88 + 10240 + 8 bytes after the first's start
    add64 r8, 10336

    mov64 r1, r6                # meta 0: the vault, writable, signs
    add64 r1, 16
    stxdw [r10-72], r1
    sth [r10-64], 0x101
    mov64 r1, r8                # meta 1: the recipient, writable
    add64 r1, 16
    stxdw [r10-56], r1
    sth [r10-48], 0x001

    stw [r10-88], 2             # System instruction 2: Transfer
    ldxdw r1, [r7+1]
    stxdw [r10-84], r1

    mov64 r1, r6                # info 0
    add64 r1, 16
    stxdw [r10-200], r1
    add64 r1, 32
    stxdw [r10-168], r1
    add64 r1, 32
    stxdw [r10-192], r1
    stdw [r10-184], 0
    add64 r1, 16
    stxdw [r10-176], r1
    mov64 r1, r8                # info 1
    add64 r1, 16
    stxdw [r10-144], r1
    add64 r1, 32
    stxdw [r10-112], r1
    add64 r1, 32
    stxdw [r10-136], r1
    stdw [r10-128], 0
    add64 r1, 16
    stxdw [r10-120], r1

    lddw r1, 0x746c756176       # "vault"
    stxdw [r10-256], r1
    mov64 r1, r10
    add64 r1, -256
    stxdw [r10-232], r1
    stdw [r10-224], 5
    stxdw [r10-216], r7         # the bump, where it lies in the instruction data
    stdw [r10-208], 1
    mov64 r1, r10
    add64 r1, -232
    stxdw [r10-248], r1
    stdw [r10-240], 2

    mov64 r1, r6                # the System program: account 2
    add64 r1, 20688
    stxdw [r10-40], r1
    mov64 r1, r10
    add64 r1, -72
    stxdw [r10-32], r1
    stdw [r10-24], 2
    mov64 r1, r10
    add64 r1, -88
    stxdw [r10-16], r1
    stdw [r10-8], 12

    mov64 r1, r10
    add64 r1, -40
    mov64 r2, r10
    add64 r2, -200
    mov64 r3, 2
    mov64 r4, r10
    add64 r4, -248
    mov64 r5, 1
    syscall sol_invoke_signed_c
    exit
