// Accounts that grow and shrink, around calls and in them. Accounts: payer, owned, callee, system, theirs, vault (a system
// account that this program signs for), this program.
#include "call.h"

enum { PAYER, OWNED, CALLEE, SYSTEM, THEIRS, VAULT, SELF };

/** A call of oneself that sets OWNED's length: the second byte is another test of this file. */
NOINLINE u64 call_self(Account *a, const u8 *data, u64 len) {
  Call *call = prepare(a[SELF].key, data, len);
  for (u64 i = 0; i < 7; i++) add_account(call, &a[i]);
  u64 result = make(call);
  refresh(&a[OWNED], &call->infos[OWNED]);
  return result;
}

NOINLINE void show(const Account *account) {
  u64 sum = 0;
  for (u64 i = 0; i < account->data_len; i++) sum = sum * 31 + account->data[i];
  sol_log_64_(account->data_len, sum, *account->lamports, 0, 0);
}

u64 entrypoint(u8 *at) {
  Input input;
  read_input(at, &input);
  Account *a = input.accounts;
  const u8 *data = input.data;
  Account *owned = &a[OWNED];
  switch (data[0]) {
    case 1:  // to the length in the data
      set_len(owned, read_u64(data + 2));
      show(owned);
      return 0;
    case 2: {  // longer, and filled
      u64 old = owned->data_len, more = read_u64(data + 2);
      set_len(owned, old + more);
      sol_memset_(owned->data + old, 0xee, more);
      show(owned);
      return 0;
    }
    case 3: {  // in a call of oneself, then once more here
      u8 *next = SCRATCH;
      copy_bytes(next, data, input.data_len);
      next[0] = 2;
      u64 result = call_self(a, next, input.data_len);
      show(owned);
      u64 old = owned->data_len;
      set_len(owned, old + read_u64(data + 2));
      show(owned);
      return result;
    }
    case 4: {  // here first, then in a call
      u8 *next = SCRATCH;
      copy_bytes(next, data, input.data_len);
      next[0] = 2;
      set_len(owned, owned->data_len + read_u64(data + 2));
      u64 result = call_self(a, next, input.data_len);
      show(owned);
      return result;
    }
    case 5: {  // shorter in a call, then longer here: zeros
      u8 *next = SCRATCH;
      next[0] = 1;
      next[1] = 0;
      write_u64(next + 2, 5);
      u64 result = call_self(a, next, 10);
      show(owned);
      set_len(owned, 100);
      show(owned);
      return result;
    }
    case 6: {  // shorter here, then a call that looks
      set_len(owned, 5);
      static const u8 describe[] = {1, 0};
      Call *call = prepare(a[CALLEE].key, describe, 2);
      add_account(call, owned);
      return make(call);
    }
    case 7: {  // a signed allocation, then written by nobody's right
      static const u8 seed[] = {'v', 'a', 'u', 'l', 't'};
      Slice seeds[2] = {{seed, 5}, {data + 1, 1}};
      Signer signer[1] = {{seeds, 2}};
      u8 *allocate = SCRATCH;
      write_u32(allocate, 8);
      write_u64(allocate + 4, read_u64(data + 2));
      Call *call = prepare(a[SYSTEM].key, allocate, 12);
      add_meta(call, a[VAULT].key, 1, 1);
      add_info(call, &a[VAULT]);
      u64 result = make_signed(call, signer, 1);
      refresh(&a[VAULT], &call->infos[0]);
      show(&a[VAULT]);
      return result;
    }
    case 8: {  // allocated, assigned to this program, written, grown
      static const u8 seed[] = {'v', 'a', 'u', 'l', 't'};
      Slice seeds[2] = {{seed, 5}, {data + 1, 1}};
      Signer signer[1] = {{seeds, 2}};
      u8 *next = SCRATCH;
      write_u32(next, 8);
      write_u64(next + 4, 64);
      Call *call = prepare(a[SYSTEM].key, next, 12);
      add_meta(call, a[VAULT].key, 1, 1);
      add_info(call, &a[VAULT]);
      u64 result = make_signed(call, signer, 1);
      refresh(&a[VAULT], &call->infos[0]);
      write_u32(next, 1);
      copy_bytes(next + 4, input.program_id->x, 32);
      call = prepare(a[SYSTEM].key, next, 36);
      add_meta(call, a[VAULT].key, 1, 1);
      add_info(call, &a[VAULT]);
      result |= make_signed(call, signer, 1);
      a[VAULT].data[63] = 1;
      set_len(&a[VAULT], 64 + read_u64(data + 2));
      a[VAULT].data[a[VAULT].data_len - 1] = 2;
      show(&a[VAULT]);
      return result;
    }
    case 9: {  // the other makes its account longer by as much as data says, twice
      u8 *next = SCRATCH;
      next[0] = 14;
      next[1] = 0;
      copy_bytes(next + 2, data + 2, 8);
      u64 result = 0;
      for (int i = 0; i < 2; i++) {
        Call *call = prepare(a[CALLEE].key, next, 10);
        add_account(call, &a[THEIRS]);
        result |= make(call);
        refresh(&a[THEIRS], &call->infos[0]);
        show(&a[THEIRS]);
      }
      return result;
    }
    case 10:  // written beyond the length, which nobody sees
      owned->data[owned->data_len + 5] = 7;
      show(owned);
      return 0;
    case 11:  // written beyond the length, then longer
      owned->data[owned->data_len + 5] = 7;
      set_len(owned, owned->data_len + 10);
      show(owned);
      return 0;
    case 12: {  // the length in the info and the one in front of the data differ
      static const u8 describe[] = {1, 0};
      Call *call = prepare(a[CALLEE].key, describe, 2);
      add_account(call, owned);
      ((u64 *)owned->data)[-1] = 20;
      INFO_LEN(call->infos[0]) = 60;
      u64 result = make(call);
      sol_log_64_(((u64 *)owned->data)[-1], INFO_LEN(call->infos[0]), 0, 0, 0);
      return result;
    }
    case 13: {  // longer here than the room, in the info of a call
      static const u8 nothing[] = {0};
      Call *call = prepare(a[CALLEE].key, nothing, 1);
      add_account(call, owned);
      INFO_LEN(call->infos[0]) = owned->data_len + read_u64(data + 2);
      return make(call);
    }
    case 14: {  // given to the other, which makes it longer; then it is too long to be read back?
      sol_memset_(owned->data, 0, owned->data_len);
      *owned->owner = *a[CALLEE].key;
      u8 *next = SCRATCH;
      next[0] = 5;
      next[1] = 0;
      copy_bytes(next + 2, data + 2, 8);
      Call *call = prepare(a[CALLEE].key, next, 10);
      add_account(call, owned);
      u64 result = make(call);
      refresh(owned, &call->infos[0]);
      show(owned);
      return result;
    }
    default:
      return INVALID_DATA;
  }
}
