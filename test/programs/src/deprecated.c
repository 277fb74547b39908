// A program of loader v1, whose input lies unaligned and without room to grow. The first byte says what to do; accounts:
// owned, payer, callee, system.
#include "call.h"

/** Reads what loader v1 lays out. */
NOINLINE void read_packed(u8 *at, Input *input) {
  Account *accounts = (Account *)HEAP;
  u64 count = read_u64(at);
  at += 8;
  for (u64 i = 0; i < count && i < MAX_ACCOUNTS; i++) {
    Account *account = &accounts[i];
    if (at[0] != 0xff) {
      *account = accounts[at[0]];
      at += 1;
      continue;
    }
    account->is_signer = at[1];
    account->is_writable = at[2];
    account->key = (Pubkey *)(at + 3);
    account->lamports = (u64 *)(at + 35);
    account->data_len = read_u64(at + 43);
    account->data = at + 51;
    at += 51 + account->data_len;
    account->owner = (Pubkey *)at;
    account->executable = at[32];
    account->rent_epoch = read_u64(at + 33);
    at += 41;
  }
  input->accounts = accounts;
  input->count = count;
  input->data_len = read_u64(at);
  input->data = at + 8;
  input->program_id = (const Pubkey *)(at + 8 + input->data_len);
}

u64 entrypoint(u8 *at) {
  Input input;
  read_packed(at, &input);
  Account *a = input.accounts;
  switch (input.data[0]) {
    case 1:
      log_value(input.count);
      for (u64 i = 0; i < input.count; i++) {
        sol_log_pubkey(a[i].key);
        sol_log_64_(a[i].is_signer, a[i].is_writable, a[i].executable, read_u64((u8 *)a[i].lamports), a[i].data_len);
        sol_log_pubkey(a[i].owner);
        log_value(a[i].rent_epoch);
      }
      return 0;
    case 2:
      a[0].data[1] = 5;
      write_u64((u8 *)a[0].lamports, read_u64((u8 *)a[0].lamports) - 3);
      write_u64((u8 *)a[1].lamports, read_u64((u8 *)a[1].lamports) + 3);
      return 0;
    case 3:  // an owner changed here is not seen
      for (u64 i = 0; i < a[0].data_len; i++) a[0].data[i] = 0;
      *a[0].owner = *a[1].key;
      return 0;
    case 4: {  // a call
      static const u8 describe[] = {1, 0};
      Call *call = prepare(a[2].key, describe, 2);
      add_account(call, &a[0]);
      add_account(call, &a[1]);
      return make(call);
    }
    case 5: {
      u64 result = make(prepare_transfer(a[3].key, &a[1], &a[0], 900, SCRATCH));
      log_value(read_u64((u8 *)a[0].lamports));
      return result;
    }
    case 6: {  // longer than it was: there is no room
      static const u8 nothing[] = {0};
      Call *call = prepare(a[2].key, nothing, 1);
      add_account(call, &a[0]);
      INFO_LEN(call->infos[0]) += 1;
      return make(call);
    }
    case 7: {  // shorter, by a call
      static const u8 nothing[] = {0};
      Call *call = prepare(a[2].key, nothing, 1);
      add_account(call, &a[0]);
      INFO_LEN(call->infos[0]) -= 2;
      u64 result = make(call);
      log_value(INFO_LEN(call->infos[0]));
      return result;
    }
    case 8:  // words may lie anywhere
      log_value(sol_alloc_free_(3, 0));
      log_value(sol_alloc_free_(3, 0));
      sol_sha256((const Slice *)(HEAP + 20001), 0, SCRATCH + 1);
      return 0;
    case 9:
      sol_get_clock_sysvar(SCRATCH);
      return 0;
    case 10: {  // a length in the input that isn't the old one
      write_u64(a[0].data - 8, 1);
      a[0].data[0] = 4;
      return 0;
    }
    default:
      return INVALID_DATA;
  }
}
