# Walks over its accounts, reading the first word of each one's data, and counts in the data of the first.
entrypoint:
  ldxdw r6, [r1+0]
  mov64 r7, r1
  add64 r7, 8
  mov64 r8, 0
  jeq r6, 0, done
next:
  ldxdw r2, [r7+80]
  ldxdw r3, [r7+88]
  add64 r8, r3
  add64 r2, 7
  and64 r2, -8
  add64 r7, r2
  add64 r7, 10336
  sub64 r6, 1
  jne r6, 0, next
  ldxdw r2, [r1+96]
  add64 r2, 1
  stxdw [r1+96], r2
done:
  mov64 r0, 0
  exit
