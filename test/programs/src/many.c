// Many accounts: as many as an instruction may have, and a call with as many as fit the tables here. The first two are the
// callee and this program.
#include "call.h"

u64 entrypoint(u8 *at) {
  u64 count = *(u64 *)at;
  // The input is walked, not kept: it may have more accounts than there is room for.
  u8 *here = at + 8;
  u64 sum = 0, duplicates = 0;
  for (u64 i = 0; i < count; i++) {
    if (here[0] != 0xff) {
      duplicates++;
      sum = sum * 31 + here[0];
      here += 8;
      continue;
    }
    u64 len = *(u64 *)(here + 80);
    sum = sum * 31 + here[8] + *(u64 *)(here + 72) + here[2];
    here += 88 + ((len + 7) & ~7ull) + MAX_GROWTH + 8;
  }
  u64 data_len = *(u64 *)here;
  const u8 *data = here + 8;
  sol_log_64_(count, duplicates, sum, data_len, 0);
  if (data_len == 0 || data[0] == 0) return 0;
  Input input;
  read_input(at, &input);
  Account *a = input.accounts;
  static const u8 describe[] = {1};
  Call *call = prepare(a[0].key, describe, 1);
  for (u64 i = 0; i < input.count && i < MAX_METAS; i++) add_account(call, &a[i]);
  if (data[0] == 2) {
    // All infos with one pair of arrays, the same account over and over.
    for (u64 i = 0; i < MAX_INFOS; i++) call->infos[i] = call->infos[0];
    call->instruction.metas_len = 1;
  }
  return make(call);
}
