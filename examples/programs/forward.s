# forward: calls the program that its last account is, with all its other accounts and its own instruction data.
# Flags go through as they came; an account that is passed twice stays passed twice. Without accounts it just succeeds.
# Calling it with its own address n times makes it recurse n deep.
#
# Stack, from the frame pointer down:
#   -40     SolInstruction   { program_id, accounts, accounts_len, data, data_len }
#   -296    SolAccountMeta   16 x { pubkey, is_writable, is_signer }
#   -1192   SolAccountInfo   16 x { key, lamports, data_len, data, owner, rent_epoch, flags }

entrypoint:
    ldxdw r7, [r1+0]            # accounts left
    mov64 r0, 0
    jeq r7, 0, done
    mov64 r6, r1                # walks the input
    add64 r6, 8
    mov64 r9, r2                # instruction data
    mov64 r8, r10               # next meta
    add64 r8, -296
    mov64 r5, r10               # next info
    add64 r5, -1192
    mov64 r4, 0                 # infos so far

next_account:
    jeq r7, 0, call_last
    sub64 r7, 1
    ldxb r1, [r6+0]
    jne r1, 255, same_again

    mov64 r2, r6
    add64 r2, 8                 # key
    stxdw [r8+0], r2
    ldxb r3, [r6+2]
    stxb [r8+8], r3             # writable, as it came
    ldxb r3, [r6+1]
    stxb [r8+9], r3             # signer, as it came
    add64 r8, 16

    stxdw [r5+0], r2
    add64 r2, 32
    stxdw [r5+32], r2           # owner
    add64 r2, 32
    stxdw [r5+8], r2            # lamports
    ldxdw r3, [r6+80]
    stxdw [r5+16], r3           # data length
    add64 r2, 16
    stxdw [r5+24], r2           # data
    add64 r5, 56
    add64 r4, 1

    add64 r3, 7                 # the record: 88 bytes, data, 10240 to grow, padding to 8, rent epoch
    and64 r3, -8
    add64 r3, 10336
    add64 r6, r3
    ja next_account

same_again:                     # the byte is the position of its first occurrence
    lsh64 r1, 4
    mov64 r2, r10
    add64 r2, -296
    add64 r2, r1
    ldxdw r3, [r2+0]
    stxdw [r8+0], r3
    ldxdw r3, [r2+8]
    stxdw [r8+8], r3
    add64 r8, 16
    add64 r6, 8
    ja next_account

call_last:
    sub64 r8, 16
    ldxdw r1, [r8+0]
    stxdw [r10-40], r1
    mov64 r2, r10
    add64 r2, -296
    stxdw [r10-32], r2
    sub64 r8, r2
    rsh64 r8, 4
    stxdw [r10-24], r8
    stxdw [r10-16], r9
    ldxdw r1, [r9-8]
    stxdw [r10-8], r1

    mov64 r1, r10
    add64 r1, -40
    mov64 r2, r10
    add64 r2, -1192
    mov64 r3, r4
    mov64 r4, 0
    mov64 r5, 0
    syscall sol_invoke_signed_c
done:
    exit
