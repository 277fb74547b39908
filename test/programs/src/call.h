// Calls to other programs, in the C ABI, or in the Rust ABI where RUST_ABI is defined. A call is prepared in the heap, may be
// spoiled there, and is then made.
#pragma once
#include "sbpf.h"

#define MAX_METAS 24
#define MAX_INFOS 24

#ifdef RUST_ABI

typedef struct { Pubkey key; u8 is_signer; u8 is_writable; } Meta;

typedef struct {
  Meta *metas;
  u64 metas_capacity;
  u64 metas_len;
  const u8 *data;
  u64 data_capacity;
  u64 data_len;
  Pubkey program_id;
} Instruction;

typedef struct { u64 strong, weak, borrow; u64 *lamports; } LamportsCell;
typedef struct { u64 strong, weak, borrow; u8 *data; u64 len; } DataCell;

typedef struct {
  Pubkey *key;
  LamportsCell *lamports;
  DataCell *data;
  Pubkey *owner;
  u64 rent_epoch;
  u8 is_signer;
  u8 is_writable;
  u8 executable;
} Info;

extern u64 sol_invoke_signed_rust(const Instruction *, const Info *, u64, const void *, u64);
#define INVOKE sol_invoke_signed_rust
#define INFO_DATA(info) ((info).data->data)
#define INFO_LEN(info) ((info).data->len)
#define INFO_LAMPORTS(info) ((info).lamports->lamports)

#else

typedef struct { Pubkey *key; u8 is_writable; u8 is_signer; } Meta;

typedef struct {
  Pubkey *program_id;
  Meta *metas;
  u64 metas_len;
  const u8 *data;
  u64 data_len;
} Instruction;

typedef struct {
  Pubkey *key;
  u64 *lamports;
  u64 data_len;
  u8 *data;
  Pubkey *owner;
  u64 rent_epoch;
  u8 is_signer;
  u8 is_writable;
  u8 executable;
} Info;

extern u64 sol_invoke_signed_c(const Instruction *, const Info *, u64, const void *, u64);
#define INVOKE sol_invoke_signed_c
#define INFO_DATA(info) ((info).data)
#define INFO_LEN(info) ((info).data_len)
#define INFO_LAMPORTS(info) ((info).lamports)

#endif

typedef struct { const Slice *seeds; u64 count; } Signer;

typedef struct {
  Instruction instruction;
  Meta metas[MAX_METAS];
  Info infos[MAX_INFOS];
  u64 infos_len;
#ifdef RUST_ABI
  LamportsCell lamports[MAX_INFOS];
  DataCell data[MAX_INFOS];
#endif
} Call;

#define CALL ((Call *)FREE_HEAP)
/** Behind the call. */
#define SCRATCH (FREE_HEAP + sizeof(Call))

NOINLINE void set_program(Call *call, Pubkey *program_id) {
#ifdef RUST_ABI
  call->instruction.program_id = *program_id;
#else
  call->instruction.program_id = program_id;
#endif
}

NOINLINE void add_meta(Call *call, Pubkey *key, u8 is_signer, u8 is_writable) {
  Meta *meta = &call->metas[call->instruction.metas_len++];
#ifdef RUST_ABI
  meta->key = *key;
#else
  meta->key = key;
#endif
  meta->is_signer = is_signer;
  meta->is_writable = is_writable;
}

NOINLINE void add_info(Call *call, Account *account) {
  u64 i = call->infos_len++;
  Info *info = &call->infos[i];
  info->key = account->key;
  info->owner = account->owner;
  info->rent_epoch = account->rent_epoch;
  info->is_signer = account->is_signer;
  info->is_writable = account->is_writable;
  info->executable = account->executable;
#ifdef RUST_ABI
  call->lamports[i].strong = call->lamports[i].weak = 1;
  call->lamports[i].borrow = 0;
  call->lamports[i].lamports = account->lamports;
  call->data[i].strong = call->data[i].weak = 1;
  call->data[i].borrow = 0;
  call->data[i].data = account->data;
  call->data[i].len = account->data_len;
  info->lamports = &call->lamports[i];
  info->data = &call->data[i];
#else
  info->lamports = account->lamports;
  info->data = account->data;
  info->data_len = account->data_len;
#endif
}

/** A call of `program` with this data, without accounts yet. */
NOINLINE Call *prepare(Pubkey *program_id, const u8 *data, u64 data_len) {
  Call *call = CALL;
  set_program(call, program_id);
  call->instruction.metas = call->metas;
  call->instruction.metas_len = 0;
  call->instruction.data = data;
  call->instruction.data_len = data_len;
#ifdef RUST_ABI
  call->instruction.metas_capacity = MAX_METAS;
  call->instruction.data_capacity = data_len;
#endif
  call->infos_len = 0;
  return call;
}

/** Adds an account with its own flags. */
NOINLINE void add_account(Call *call, Account *account) {
  add_meta(call, account->key, account->is_signer, account->is_writable);
  add_info(call, account);
}

INLINE u64 make(Call *call) { return INVOKE(&call->instruction, call->infos, call->infos_len, 0, 0); }

INLINE u64 make_signed(Call *call, const Signer *signers, u64 count) {
  return INVOKE(&call->instruction, call->infos, call->infos_len, signers, count);
}

/** What a call did to an account's length, which is in the info and in front of the data. */
NOINLINE void refresh(Account *account, Info *info) {
  account->data_len = INFO_LEN(*info);
}

/** A transfer by the System program. `data` is room for 12 bytes. */
NOINLINE Call *prepare_transfer(Pubkey *system, Account *from, Account *to, u64 lamports, u8 *data) {
  write_u32(data, 2);
  write_u64(data + 4, lamports);
  Call *call = prepare(system, data, 12);
  add_meta(call, from->key, 1, 1);
  add_meta(call, to->key, 0, 1);
  add_info(call, from);
  add_info(call, to);
  return call;
}
