// What a program can learn of the transaction: the Instructions sysvar, the instructions that ran before beside it, how deep
// it stands. Accounts: callee, the Instructions sysvar, this program, owned; the rest is handed on.
#include "call.h"

enum { CALLEE, INSTRUCTIONS, SELF, OWNED };

typedef struct { u64 data_len; u64 accounts_len; } SiblingMeta;

/** Asks for the lengths first, then for the instruction. */
NOINLINE u64 show_sibling(u64 index) {
  SiblingMeta *meta = (SiblingMeta *)SCRATCH;
  Pubkey *program = (Pubkey *)(SCRATCH + 16);
  u8 *data = SCRATCH + 64;
  u8 *accounts = SCRATCH + 4096;
  meta->data_len = meta->accounts_len = 0;
  u64 found = sol_get_processed_sibling_instruction(index, meta, program, data, accounts);
  sol_log_64_(found, meta->data_len, meta->accounts_len, index, 0);
  if (found == 0) return 0;
  found = sol_get_processed_sibling_instruction(index, meta, program, data, accounts);
  sol_log_pubkey(program);
  Slice slices[2] = {{data, meta->data_len}, {accounts, meta->accounts_len * 34}};
  sol_log_data(slices, 2);
  return found;
}

u64 entrypoint(u8 *at) {
  Input input;
  read_input(at, &input);
  Account *a = input.accounts;
  const u8 *data = input.data;
  switch (data[0]) {
    case 1: {  // the sysvar, whole
      Slice slice = {a[INSTRUCTIONS].data, a[INSTRUCTIONS].data_len};
      sol_log_data(&slice, 1);
      sol_log_pubkey(a[INSTRUCTIONS].owner);
      sol_log_64_(*a[INSTRUCTIONS].lamports, a[INSTRUCTIONS].is_writable, a[INSTRUCTIONS].executable, 0, 0);
      return 0;
    }
    case 2: {  // its index, here and after a call
      const u8 *end = a[INSTRUCTIONS].data + a[INSTRUCTIONS].data_len;
      log_value(end[-2] | end[-1] << 8);
      static const u8 describe[] = {1, 0, 0};
      Call *call = prepare(a[CALLEE].key, describe, 3);
      add_account(call, &a[INSTRUCTIONS]);
      u64 result = make(call);
      log_value(end[-2] | end[-1] << 8);
      return result;
    }
    case 3:  // siblings at the top
      for (u64 i = 0; i < 4; i++) show_sibling(i);
      return 0;
    case 4: {  // siblings of calls: made here, looked at by oneself one level down
      static const u8 succeed[] = {0, 5, 6};
      Call *call = prepare(a[CALLEE].key, succeed, 3);
      add_account(call, &a[OWNED]);
      u64 result = make(call);
      static const u8 more[] = {8, 1, 2, 3};
      result |= make(prepare(a[CALLEE].key, more, 4));
      static const u8 look[] = {3, 0, 0};
      call = prepare(a[SELF].key, look, 3);
      for (u64 i = 0; i < 4; i++) add_account(call, &a[i]);
      result |= make(call);
      show_sibling(0);
      return result;
    }
    case 5: {  // lengths that aren't the right ones: only those come back
      SiblingMeta *meta = (SiblingMeta *)SCRATCH;
      meta->data_len = 1;
      meta->accounts_len = 1;
      log_value(sol_get_processed_sibling_instruction(0, meta, (Pubkey *)8, (u8 *)8, (u8 *)8));
      sol_log_64_(meta->data_len, meta->accounts_len, 0, 0, 0);
      return 0;
    }
    case 6:
      return sol_get_processed_sibling_instruction(0, (void *)(SCRATCH + 4), (Pubkey *)SCRATCH, SCRATCH, SCRATCH);
    case 7:  // the sysvar can't be written
      a[INSTRUCTIONS].data[0] ^= 1;
      return 0;
    case 8: {  // the sysvar changed, then handed on
      a[INSTRUCTIONS].data[0] ^= 1;
      static const u8 nothing[] = {0, 0, 0};
      Call *call = prepare(a[CALLEE].key, nothing, 3);
      add_account(call, &a[INSTRUCTIONS]);
      return make(call);
    }
    case 9: {  // the sysvar in a call to oneself
      static const u8 look[] = {1, 0, 0};
      Call *call = prepare(a[SELF].key, look, 3);
      for (u64 i = 0; i < 4; i++) add_account(call, &a[i]);
      return make(call);
    }
    default:
      return INVALID_DATA;
  }
}
