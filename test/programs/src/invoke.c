// Calls of all kinds. The first byte says which; the accounts are always the same, see the indexes below.
#include "call.h"

enum {
  PAYER = 0,
  OWNED = 1,
  THEIRS = 2,
  CALLEE = 3,
  SYSTEM = 4,
  DERIVED = 5,
  READONLY = 6,
  SIGNER = 7,
  SELF = 8,
  EMPTY = 9,
  DERIVED_EMPTY = 10,
  OWNED_READONLY = 11,
};

static const u8 SEED[] = {'v', 'a', 'u', 'l', 't'};
static const u8 EMPTY_SEED[] = {'e', 'm', 'p', 't', 'y'};

NOINLINE void log_account(const Account *account) {
  sol_log_64_(*account->lamports, account->data_len, account->is_writable, account->is_signer, 0);
  Slice slice = {account->data, account->data_len < 48 ? account->data_len : 48};
  sol_log_data(&slice, 1);
  sol_log_pubkey(account->owner);
}

/** A call of the other program with these bytes; no accounts yet. */
#define CALLEE_DATA(...)                     \
  static const u8 data[] = {__VA_ARGS__};    \
  Call *call = prepare(a[CALLEE].key, data, sizeof(data))

NOINLINE u64 valid(const Input *input, u8 test) {
  Account *a = input->accounts;
  const u8 bump = input->data[1], empty_bump = input->data[2];
  Slice seeds[2] = {{SEED, sizeof(SEED)}, {&bump, 1}};
  Slice empty_seeds[2] = {{EMPTY_SEED, sizeof(EMPTY_SEED)}, {&empty_bump, 1}};
  Signer signers[2] = {{seeds, 2}, {empty_seeds, 2}};
  switch (test) {
    case 1: {  // a transfer
      u64 result = make(prepare_transfer(a[SYSTEM].key, &a[PAYER], &a[EMPTY], 2000000, SCRATCH));
      log_account(&a[PAYER]);
      log_account(&a[EMPTY]);
      return result;
    }
    case 2: {  // everything handed on as it is
      CALLEE_DATA(1, 2, 3);
      for (u64 i = 0; i < input->count; i++) add_account(call, &a[i]);
      return make(call);
    }
    case 3: {  // accounts twice, with different flags
      CALLEE_DATA(1);
      add_meta(call, a[OWNED].key, 0, 0);
      add_meta(call, a[PAYER].key, 0, 1);
      add_meta(call, a[OWNED].key, 0, 1);
      add_meta(call, a[PAYER].key, 1, 0);
      add_meta(call, a[READONLY].key, 0, 0);
      add_meta(call, a[OWNED].key, 0, 0);
      add_info(call, &a[PAYER]);
      add_info(call, &a[READONLY]);
      add_info(call, &a[OWNED]);
      return make(call);
    }
    case 4: {  // signed for a derived address
      u64 result = make_signed(prepare_transfer(a[SYSTEM].key, &a[DERIVED], &a[PAYER], 1000, SCRATCH), signers, 1);
      log_account(&a[DERIVED]);
      return result;
    }
    case 5: {  // an account made at a derived address, then written
      u8 *data = SCRATCH;
      write_u32(data, 0);
      write_u64(data + 4, 5000000);
      write_u64(data + 12, 40);
      copy_bytes(data + 20, input->program_id->x, 32);
      Call *call = prepare(a[SYSTEM].key, data, 52);
      add_meta(call, a[PAYER].key, 1, 1);
      add_meta(call, a[DERIVED_EMPTY].key, 1, 1);
      add_info(call, &a[PAYER]);
      add_info(call, &a[DERIVED_EMPTY]);
      u64 result = make_signed(call, signers, 2);
      refresh(&a[DERIVED_EMPTY], &call->infos[1]);
      a[DERIVED_EMPTY].data[3] = 9;
      log_account(&a[DERIVED_EMPTY]);
      return result;
    }
    case 6: {  // what the other writes is seen
      CALLEE_DATA(4, 0, 5, 77);
      add_account(call, &a[THEIRS]);
      u64 result = make(call);
      log_account(&a[THEIRS]);
      return result;
    }
    case 7: {  // what is written before a call is seen by the other
      for (int i = 0; i < 20; i++) a[OWNED].data[i] = i * 3;
      *a[OWNED].lamports -= 50;
      *a[THEIRS].lamports += 50;
      CALLEE_DATA(1);
      add_account(call, &a[OWNED]);
      add_account(call, &a[THEIRS]);
      return make(call);
    }
    case 8: {  // the other makes an account longer
      CALLEE_DATA(14, 0, 33, 1, 0, 0, 0, 0, 0, 0);
      add_account(call, &a[THEIRS]);
      u64 result = make(call);
      refresh(&a[THEIRS], &call->infos[0]);
      log_account(&a[THEIRS]);
      log_value(a[THEIRS].data[120]);
      return result;
    }
    case 9: {  // an account made longer before the call, and shorter after it
      set_len(&a[OWNED], a[OWNED].data_len + 200);
      a[OWNED].data[150] = 5;
      CALLEE_DATA(1);
      add_account(call, &a[OWNED]);
      u64 result = make(call);
      set_len(&a[OWNED], 10);
      return result;
    }
    case 10: {  // an account made shorter before the call
      set_len(&a[OWNED], 7);
      CALLEE_DATA(1);
      add_account(call, &a[OWNED]);
      u64 result = make(call);
      log_value(a[OWNED].data[8]);
      return result;
    }
    case 11: {  // the other makes an account shorter: the rest becomes zeros
      CALLEE_DATA(5, 0, 9, 0, 0, 0, 0, 0, 0, 0);
      add_account(call, &a[THEIRS]);
      u64 result = make(call);
      refresh(&a[THEIRS], &call->infos[0]);
      sol_log_64_(a[THEIRS].data_len, a[THEIRS].data[8], a[THEIRS].data[9], a[THEIRS].data[99], 0);
      return result;
    }
    case 12: {  // lamports moved by the other between its account and another
      CALLEE_DATA(6, 0, 1, 100, 0, 0, 0, 0, 0, 0, 0);
      add_account(call, &a[THEIRS]);
      add_account(call, &a[OWNED]);
      u64 result = make(call);
      log_account(&a[THEIRS]);
      log_account(&a[OWNED]);
      return result;
    }
    case 13: {  // an account given away, zeroed first; the other writes it
      for (u64 i = 0; i < a[OWNED].data_len; i++) a[OWNED].data[i] = 0;
      *a[OWNED].owner = *a[CALLEE].key;
      CALLEE_DATA(4, 0, 5, 77);
      add_account(call, &a[OWNED]);
      u64 result = make(call);
      log_account(&a[OWNED]);
      return result;
    }
    case 14: {  // an account received, then written
      CALLEE_DATA(10, 0);
      add_account(call, &a[THEIRS]);
      u64 result = make(call);
      u8 *assign = SCRATCH;
      assign[0] = 7;
      assign[1] = 0;
      copy_bytes(assign + 2, input->program_id->x, 32);
      call = prepare(a[CALLEE].key, assign, 34);
      add_account(call, &a[THEIRS]);
      result |= make(call);
      a[THEIRS].data[1] = 1;
      log_account(&a[THEIRS]);
      return result;
    }
    case 15: {  // return data, of the callee, of nobody, of oneself
      u8 *out = SCRATCH + 64;
      Pubkey program;
      CALLEE_DATA(8, 10, 20, 30, 40, 50);
      u64 result = make(call);
      log_value(sol_get_return_data(out, 3, &program));
      sol_log_pubkey(&program);
      log_value(out[2]);
      static const u8 nothing[] = {0};
      result |= make(prepare(a[CALLEE].key, nothing, 1));
      log_value(sol_get_return_data(out, 10, &program));
      sol_set_return_data(SEED, sizeof(SEED));
      log_value(sol_get_return_data(out, 10, &program));
      sol_log_pubkey(&program);
      return result;
    }
    case 16: {  // the same info twice: the first counts
      CALLEE_DATA(1);
      add_meta(call, a[OWNED].key, 0, 1);
      add_info(call, &a[OWNED]);
      add_info(call, &a[OWNED]);
      INFO_LEN(call->infos[1]) = 3;
      return make(call);
    }
    case 17: {  // a program as an account: nothing of it is copied
      CALLEE_DATA(1);
      add_account(call, &a[CALLEE]);
      add_account(call, &a[SELF]);
      return make(call);
    }
    case 18: {  // four calls deep
      CALLEE_DATA(17, 3);
      add_account(call, &a[CALLEE]);
      return make(call);
    }
    case 19: {  // data of the longest
      u8 *data = SCRATCH;
      data[0] = 1;
      return make(prepare(a[CALLEE].key, data, 10240));
    }
    case 20: {  // signer and writer handed through two programs
      u8 *data = SCRATCH + 32;
      data[0] = 16;
      write_u64(data + 1, 700);
      Call *call = prepare(a[CALLEE].key, data, 9);
      add_account(call, &a[SYSTEM]);
      add_meta(call, a[DERIVED].key, 1, 1);
      add_info(call, &a[DERIVED]);
      add_account(call, &a[PAYER]);
      u64 result = make_signed(call, signers, 1);
      log_account(&a[DERIVED]);
      return result;
    }
    case 21: {  // calls the program itself
      static const u8 data[] = {1, 0, 0};
      Call *call = prepare(a[SELF].key, data, sizeof(data));
      for (u64 i = 0; i < input->count; i++) add_account(call, &a[i]);
      return make(call);
    }
    case 22: {  // neither accounts nor infos
      CALLEE_DATA(0);
      return make(call);
    }
    case 23: {  // changes stay pending where an account isn't handed on
      a[OWNED].data[0] = 99;
      CALLEE_DATA(1);
      add_account(call, &a[THEIRS]);
      u64 result = make(call);
      log_account(&a[OWNED]);
      return result;
    }
    case 24: {  // the other reads only: nothing comes back
      CALLEE_DATA(1);
      add_meta(call, a[OWNED].key, 0, 0);
      add_info(call, &a[OWNED]);
      a[OWNED].data[2] = 42;
      u64 result = make(call);
      log_account(&a[OWNED]);
      return result;
    }
    case 25: {  // as many signers as may be: the rest sign for nothing
      Signer many[16];
      for (int i = 0; i < 16; i++) many[i] = signers[0];
      return make_signed(prepare_transfer(a[SYSTEM].key, &a[DERIVED], &a[PAYER], 1, SCRATCH), many, 16);
    }
    case 26: {  // an empty list of seeds is an address too, or none
      Signer none[1] = {{0, 0}};
      CALLEE_DATA(0);
      return make_signed(call, none, 1);
    }
    case 27: {  // the compute budget may be called
      Pubkey budget = {{3, 6, 70, 111, 229, 33, 23, 50, 255, 236, 173, 186, 114, 195, 155, 231,
                        188, 140, 229, 187, 197, 247, 18, 107, 44, 67, 155, 58, 64, 0, 0, 0}};
      static const u8 data[] = {2, 0, 0, 0, 0};
      return make(prepare(&budget, data, sizeof(data)));
    }
    case 28: {  // heap and stack are zero in each program, whatever callers left in theirs
      u8 left = input->data_len > 3 ? input->data[3] : 2;
      u64 sum = 0;
      for (volatile u64 *at = (u64 *)(HEAP + 24576); at < (u64 *)(HEAP + 32768); at++) sum |= *at, *at = ~0ull;
      // Frames that none of this reaches.
      for (u64 frame = 40; frame < 42; frame++) {
        volatile u64 *at = (u64 *)(0x200000000ull + frame * 8192);
        for (u64 i = 0; i < 512; i++) sum |= at[i], at[i] = ~0ull;
      }
      sol_log_64_(left, sum, 0, 0, 0);
      if (left == 0) return 0;
      u8 data[4] = {28, bump, empty_bump, left - 1};
      Call *call = prepare(a[SELF].key, data, 4);
      for (u64 i = 0; i < input->count; i++) add_account(call, &a[i]);
      return make(call);
    }
    default:
      return INVALID_DATA;
  }
}

NOINLINE u64 refused(const Input *input, u8 test) {
  Account *a = input->accounts;
  const u8 bump = input->data[1];
  Slice seeds[2] = {{SEED, sizeof(SEED)}, {&bump, 1}};
  Signer signers[1] = {{seeds, 2}};
  switch (test) {
    case 101: {  // the other fails
      CALLEE_DATA(2, 42);
      make(call);
      log_text("never");
      return 0;
    }
    case 102: {
      CALLEE_DATA(3, 9);
      return make(call);
    }
    case 103: {
      CALLEE_DATA(11);
      return make(call);
    }
    case 104: {
      CALLEE_DATA(12);
      return make(call);
    }
    case 105: {
      CALLEE_DATA(13, 0, 0, 0, 0, 9, 0, 0, 0);
      return make(call);
    }
    case 106: {  // a signature nobody gave
      CALLEE_DATA(1);
      add_meta(call, a[THEIRS].key, 1, 1);
      add_info(call, &a[THEIRS]);
      return make(call);
    }
    case 107: {  // a read-only account to be written
      CALLEE_DATA(1);
      add_meta(call, a[READONLY].key, 0, 1);
      add_info(call, &a[READONLY]);
      return make(call);
    }
    case 108: {  // a derived address without seeds
      return make(prepare_transfer(a[SYSTEM].key, &a[DERIVED], &a[PAYER], 1, SCRATCH));
    }
    case 109: {  // seeds of another address
      Slice wrong[1] = {{SEED, sizeof(SEED)}};
      Signer signer[1] = {{wrong, 1}};
      return make_signed(prepare_transfer(a[SYSTEM].key, &a[DERIVED], &a[PAYER], 1, SCRATCH), signer, 1);
    }
    case 110: {  // 17 seeds
      Slice many[17];
      for (int i = 0; i < 17; i++) many[i] = seeds[1];
      Signer signer[1] = {{many, 17}};
      return make_signed(prepare_transfer(a[SYSTEM].key, &a[DERIVED], &a[PAYER], 1, SCRATCH), signer, 1);
    }
    case 111: {  // a seed of 33 bytes
      Slice longest[1] = {{INPUT, 33}};
      Signer signer[1] = {{longest, 1}};
      return make_signed(prepare_transfer(a[SYSTEM].key, &a[DERIVED], &a[PAYER], 1, SCRATCH), signer, 1);
    }
    case 112: {  // 17 signers
      Signer many[17];
      for (int i = 0; i < 17; i++) many[i] = signers[0];
      return make_signed(prepare_transfer(a[SYSTEM].key, &a[DERIVED], &a[PAYER], 1, SCRATCH), many, 17);
    }
    case 113: {  // data too long
      return make(prepare(a[CALLEE].key, SCRATCH, 10241));
    }
    case 114: {  // too many accounts
      CALLEE_DATA(0);
      call->instruction.metas_len = 256;
      return make(call);
    }
    case 115: {  // too many infos
      CALLEE_DATA(0);
      call->infos_len = 256;
      return make(call);
    }
    case 116: {  // an account without an info
      CALLEE_DATA(1);
      add_meta(call, a[OWNED].key, 0, 1);
      add_info(call, &a[THEIRS]);
      return make(call);
    }
    case 117: {  // an account that isn't the instruction's
      Pubkey unknown = *a[PAYER].key;
      unknown.x[0] ^= 1;
      CALLEE_DATA(1);
      add_meta(call, &unknown, 0, 0);
      return make(call);
    }
    case 118: {  // a program that isn't there
      Pubkey unknown = *a[CALLEE].key;
      unknown.x[0] ^= 1;
      return make(prepare(&unknown, SCRATCH, 1));
    }
    case 119: {  // an account that is no program
      return make(prepare(a[PAYER].key, SCRATCH, 1));
    }
    case 120: {  // five calls deep, and one more
      CALLEE_DATA(17, 4);
      add_account(call, &a[CALLEE]);
      return make(call);
    }
    case 121: {  // back into this program while it waits
      CALLEE_DATA(9, 1, 0, 0);
      add_account(call, &a[SELF]);
      add_account(call, &a[OWNED]);
      return make(call);
    }
    case 122: {  // lamports out of nothing, before a call
      *a[OWNED].lamports += 1;
      CALLEE_DATA(0);
      add_account(call, &a[OWNED]);
      return make(call);
    }
    case 123: {  // lamports out of nothing, in the other
      CALLEE_DATA(15, 0);
      add_account(call, &a[THEIRS]);
      return make(call);
    }
    case 124: {  // another's data changed before the call
      a[THEIRS].data[0] ^= 1;
      CALLEE_DATA(0);
      add_account(call, &a[THEIRS]);
      return make(call);
    }
    case 125: {  // a read-only account's data changed before the call
      a[OWNED_READONLY].data[0] ^= 1;
      CALLEE_DATA(0);
      add_account(call, &a[OWNED_READONLY]);
      return make(call);
    }
    case 126: {  // another's lamports spent before the call
      *a[THEIRS].lamports -= 1;
      *a[OWNED].lamports += 1;
      CALLEE_DATA(0);
      add_account(call, &a[THEIRS]);
      add_account(call, &a[OWNED]);
      return make(call);
    }
    case 127: {  // an account with data given away
      *a[OWNED].owner = *a[CALLEE].key;
      CALLEE_DATA(0);
      add_account(call, &a[OWNED]);
      return make(call);
    }
    case 128: {  // given away, then written
      for (u64 i = 0; i < a[OWNED].data_len; i++) a[OWNED].data[i] = 0;
      *a[OWNED].owner = *a[CALLEE].key;
      CALLEE_DATA(0);
      add_account(call, &a[OWNED]);
      u64 result = make(call);
      a[OWNED].data[0] = 1;
      return result;
    }
    case 129: {  // the other makes it longer than its room
      u8 *data = SCRATCH;
      data[0] = 5;
      data[1] = 0;
      write_u64(data + 2, 100 + MAX_GROWTH + 1);
      Call *call = prepare(a[CALLEE].key, data, 10);
      add_account(call, &a[THEIRS]);
      return make(call);
    }
    case 130: {  // longer than its room before the call
      CALLEE_DATA(0);
      add_account(call, &a[OWNED]);
      INFO_LEN(call->infos[0]) = 100 + MAX_GROWTH + 1;
      return make(call);
    }
    case 131: {  // the System program makes it longer than its room
      u8 *data = SCRATCH;
      write_u32(data, 8);
      write_u64(data + 4, MAX_GROWTH + 1);
      Call *call = prepare(a[SYSTEM].key, data, 12);
      add_meta(call, a[DERIVED].key, 1, 1);
      add_info(call, &a[DERIVED]);
      return make_signed(call, signers, 1);
    }
    case 132: {  // flags that are neither 0 nor 1
      CALLEE_DATA(0);
      add_account(call, &a[OWNED]);
      call->metas[0].is_signer = 2;
      return make(call);
    }
    case 133: {
      CALLEE_DATA(0);
      add_account(call, &a[OWNED]);
      call->metas[0].is_writable = 255;
      return make(call);
    }
    case 134: {  // a precompile
      Pubkey ed25519 = {{3, 125, 70, 214, 124, 147, 251, 190, 18, 249, 66, 143, 131, 141, 64, 255,
                         5, 112, 116, 73, 39, 244, 138, 100, 252, 202, 112, 68, 128, 0, 0, 0}};
      return make(prepare(&ed25519, SCRATCH, 0));
    }
    default:
      return INVALID_DATA;
  }
}

/** Infos and instructions that point where they shouldn't. */
NOINLINE u64 hostile(const Input *input, u8 test) {
  Account *a = input->accounts;
  CALLEE_DATA(1);
  add_account(call, &a[OWNED]);
  add_account(call, &a[THEIRS]);
  Info *info = &call->infos[0];
  switch (test) {
    case 201:
      info->key = (Pubkey *)SCRATCH;
      *info->key = *a[OWNED].key;
      break;
    case 202:
      info->owner = (Pubkey *)SCRATCH;
      *info->owner = *a[OWNED].owner;
      break;
    case 203:
      INFO_LAMPORTS(*info) = (u64 *)SCRATCH;
      *(u64 *)SCRATCH = *a[OWNED].lamports;
      break;
    case 204:
      INFO_DATA(*info) = SCRATCH;
      break;
    case 205:
      INFO_DATA(*info) = a[OWNED].data + 8;
      break;
    case 206:
      INFO_DATA(*info) = a[THEIRS].data;
      break;
    case 207:
      INFO_LAMPORTS(*info) = a[THEIRS].lamports;
      break;
    case 208:
      info->owner = a[THEIRS].owner;
      break;
    case 209:
      info->key = a[THEIRS].key;
      break;
    case 210:
      INFO_LEN(*info) = 5;
      break;
    case 211:
      INFO_LEN(*info) = 300;
      break;
    case 212:
      INFO_LEN(*info) = 1ull << 63;
      break;
    case 213:
      return INVOKE(0, call->infos, 2, 0, 0);
    case 214:
      return INVOKE((const Instruction *)((u8 *)&call->instruction + 4), call->infos, 2, 0, 0);
    case 215:
      return INVOKE(&call->instruction, (const Info *)((u8 *)call->infos + 1), 2, 0, 0);
    case 216:
      return INVOKE(&call->instruction, (const Info *)a[OWNED].data, 1, 0, 0);
    case 217:
      return INVOKE(&call->instruction, (const Info *)(INPUT - 64), 2, 0, 0);
    case 218:
      return INVOKE(&call->instruction, call->infos, 1ull << 60, 0, 0);
    case 219:
      call->instruction.metas = (Meta *)0x100000000ull;
      break;
    case 220:
      call->instruction.metas_len = 1ull << 62;
      break;
    case 221:
      call->instruction.data_len = 1ull << 63;
      break;
    case 222:
      call->instruction.data = (const u8 *)(INPUT - 1);
      break;
    case 223:
      return INVOKE(&call->instruction, call->infos, 2, (const void *)8, 1);
    case 224:
      return INVOKE(&call->instruction, call->infos, 2, HEAP + 4, 1);
    case 225: {
      Signer bad[1] = {{(const Slice *)4, 1}};
      return make_signed(call, bad, 1);
    }
    case 226: {
      Slice seeds[1] = {{(const u8 *)0, 5}};
      Signer bad[1] = {{seeds, 1}};
      return make_signed(call, bad, 1);
    }
    case 227:
      info->key = 0;
      break;
    case 228:
      INFO_LAMPORTS(*info) = 0;
      break;
    case 229:
      // The first info of an account counts, here one of another.
      call->infos[0] = call->infos[1];
      break;
    case 230: {
      // The info itself in the account's data.
      Info *inside = (Info *)((u64)(a[OWNED].data + 15) & ~7ull);
      *inside = *info;
      return INVOKE(&call->instruction, inside, 1, 0, 0);
    }
#ifdef RUST_ABI
    case 231:
      info->lamports = (LamportsCell *)((u8 *)&call->lamports[0] + 4);
      break;
    case 232:
      info->data = (DataCell *)((u64)(a[OWNED].data + 7) & ~7ull);
      break;
    case 233:
      info->lamports = (LamportsCell *)((u64)(a[OWNED].data + 7) & ~7ull);
      break;
    case 234:
      info->data = 0;
      break;
#endif
    default:
      return INVALID_DATA;
  }
  return make(call);
}

u64 entrypoint(u8 *at) {
  Input input;
  read_input(at, &input);
  if (input.data_len < 3) return 0;
  u8 test = input.data[0];
  if (test < 100) return valid(&input, test);
  if (test < 200) return refused(&input, test);
  return hostile(&input, test);
}
