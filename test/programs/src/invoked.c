// The program that invoke.c calls. The first byte says what it does; 1 tells all it sees in the log.
#include "call.h"

enum {
  SUCCEED = 0,
  DESCRIBE = 1,
  FAIL_CUSTOM = 2,
  FAIL_BUILTIN = 3,
  WRITE = 4,
  SET_LEN = 5,
  MOVE_LAMPORTS = 6,
  ASSIGN = 7,
  SET_RETURN_DATA = 8,
  CALL_BACK = 9,
  ZERO = 10,
  PANIC = 11,
  SPIN = 12,
  FAULT = 13,
  FILL_GROWTH = 14,
  TAKE_LAMPORTS = 15,
  TRANSFER = 16,
  RECURSE = 17,
};

NOINLINE void describe(const Input *input) {
  log_value(sol_get_stack_height());
  log_value(input->count);
  for (u64 i = 0; i < input->count && i < MAX_ACCOUNTS; i++) {
    const Account *account = &input->accounts[i];
    sol_log_pubkey(account->key);
    sol_log_64_(account->is_signer, account->is_writable, account->executable, *account->lamports, account->data_len);
    sol_log_pubkey(account->owner);
    Slice slices[2] = {{account->data, account->data_len < 64 ? account->data_len : 64}, {(u8 *)&account->rent_epoch, 8}};
    sol_log_data(slices, 2);
  }
  Slice data = {input->data, input->data_len < 300 ? input->data_len : 300};
  sol_log_data(&data, 1);
  sol_log_pubkey(input->program_id);
}

u64 entrypoint(u8 *at) {
  Input input;
  read_input(at, &input);
  const u8 *data = input.data;
  Account *accounts = input.accounts;
  if (input.data_len == 0) return 0;
  switch (data[0]) {
    case SUCCEED:
      return 0;
    case DESCRIBE:
      describe(&input);
      return 0;
    case FAIL_CUSTOM:
      return CUSTOM(data[1]);
    case FAIL_BUILTIN:
      return BUILTIN(data[1]);
    case WRITE:
      accounts[data[1]].data[data[2]] = data[3];
      return 0;
    case SET_LEN:
      set_len(&accounts[data[1]], read_u64(data + 2));
      return 0;
    case MOVE_LAMPORTS: {
      u64 lamports = read_u64(data + 3);
      *accounts[data[1]].lamports -= lamports;
      *accounts[data[2]].lamports += lamports;
      return 0;
    }
    case ASSIGN:
      *accounts[data[1]].owner = *(const Pubkey *)(data + 2);
      return 0;
    case SET_RETURN_DATA:
      sol_set_return_data(data + 1, input.data_len - 1);
      return 0;
    case CALL_BACK: {
      // The program to call is the first account; the rest goes through.
      Call *call = prepare(accounts[0].key, data + 1, input.data_len - 1);
      for (u64 i = 1; i < input.count; i++) add_account(call, &accounts[i]);
      return make(call);
    }
    case ZERO:
      for (u64 i = 0; i < accounts[data[1]].data_len; i++) accounts[data[1]].data[i] = 0;
      return 0;
    case PANIC:
      return sol_panic_("invoked.c", 9, 12, 34);
    case SPIN:
      for (;;) log_value(1);
    case FAULT:
      return *(volatile u64 *)read_u64(data + 1);
    case FILL_GROWTH: {
      Account *account = &accounts[data[1]];
      u64 old = account->data_len, len = old + read_u64(data + 2);
      set_len(account, len);
      sol_memset_(account->data + old, 7, len - old);
      return 0;
    }
    case TAKE_LAMPORTS:
      *accounts[data[1]].lamports += 1;
      return 0;
    case TRANSFER: {
      // From account 1 to account 2; the System program is account 0.
      Call *call = prepare_transfer(accounts[0].key, &accounts[1], &accounts[2], read_u64(data + 1), SCRATCH);
      return make(call);
    }
    case RECURSE: {
      u8 depth = data[1];
      log_value(sol_get_stack_height());
      if (depth == 0) return 0;
      u8 *next = SCRATCH;
      next[0] = RECURSE;
      next[1] = depth - 1;
      Call *call = prepare(accounts[0].key, next, 2);
      for (u64 i = 0; i < input.count; i++) add_account(call, &accounts[i]);
      return make(call);
    }
    default:
      return INVALID_DATA;
  }
}
