# A chain of calls, each program calling the next. Account 0 holds state, accounts 1 and up are the programs to come.
# Instruction data: how many calls are left (u8), then anything. The callee gets the same accounts, and one call less.
# State has 165 bytes of data, a program's account 36: so every record of the input has its fixed place.
entrypoint:
  ldxb r6, [r2+0]
  jeq r6, 0, leaf
  mov64 r9, r1
  mov64 r7, 3
  lsh64 r7, 32              # the heap: instruction at 0, data at 64, metas at 128, account info at 256
  mov64 r1, r6
  sub64 r1, 1
  stxb [r7+64], r1
  mov64 r1, 5               # the next program: account 5 - calls left
  sub64 r1, r6
  mov64 r2, r1
  sub64 r2, 1
  mul64 r2, 10376
  add64 r2, r9
  add64 r2, 10520           # key of account 1
  stxdw [r7+0], r2
  mov64 r1, r7
  add64 r1, 128
  stxdw [r7+8], r1
  stdw [r7+16], 5
  mov64 r1, r7
  add64 r1, 64
  stxdw [r7+24], r1
  stdw [r7+32], 1
  mov64 r1, r9              # metas: state may be written, programs may not
  add64 r1, 16
  stxdw [r7+128], r1
  stdw [r7+136], 1
  mov64 r1, r9
  add64 r1, 10520
  mov64 r2, r7
  add64 r2, 144
  mov64 r3, 4
metas:
  stxdw [r2+0], r1
  stdw [r2+8], 0
  add64 r1, 10376
  add64 r2, 16
  sub64 r3, 1
  jne r3, 0, metas
  mov64 r1, r9              # the state's account info: key, lamports, length, data, owner, rent epoch, flags
  add64 r1, 16
  stxdw [r7+256], r1
  mov64 r1, r9
  add64 r1, 80
  stxdw [r7+264], r1
  stdw [r7+272], 165
  mov64 r1, r9
  add64 r1, 96
  stxdw [r7+280], r1
  mov64 r1, r9
  add64 r1, 48
  stxdw [r7+288], r1
  stdw [r7+296], 0
  stdw [r7+304], 256
  mov64 r1, r7
  mov64 r2, r7
  add64 r2, 256
  mov64 r3, 1
  mov64 r4, 0
  mov64 r5, 0
  syscall sol_invoke_signed_c
  jne r6, 4, done           # the first program owns the state, and counts in it
  ldxdw r1, [r9+96]
  add64 r1, 1
  stxdw [r9+96], r1
done:
  mov64 r0, 0
  exit
leaf:
  mov64 r0, 0
  exit
