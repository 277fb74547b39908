// What every program here starts from: types, syscalls, and the accounts and data of its instruction.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed int i32;
typedef signed long long i64;

#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline, unused))
#define HEAP ((u8 *)0x300000000ull)
#define INPUT ((u8 *)0x400000000ull)
#define MAX_GROWTH 10240

// Errors as a program returns them.
#define CUSTOM(n) ((u64)(n))
#define BUILTIN(n) ((u64)(n) << 32)
#define INVALID_ARGUMENT BUILTIN(2)
#define INVALID_DATA BUILTIN(3)

typedef struct { u8 x[32]; } Pubkey;

/** An account of the instruction. */
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
} Account;

typedef struct {
  Account *accounts;
  u64 count;
  const u8 *data;
  u64 data_len;
  const Pubkey *program_id;
} Input;

typedef struct { const u8 *at; u64 len; } Slice;

extern u64 sol_log_(const char *text, u64 len);
extern u64 sol_log_64_(u64 a, u64 b, u64 c, u64 d, u64 e);
extern u64 sol_log_pubkey(const Pubkey *key);
extern u64 sol_log_compute_units_(void);
extern u64 sol_log_data(const Slice *slices, u64 count);
extern u64 sol_memcpy_(void *dst, const void *src, u64 len);
extern u64 sol_memmove_(void *dst, const void *src, u64 len);
extern u64 sol_memset_(void *dst, u8 value, u64 len);
extern u64 sol_memcmp_(const void *a, const void *b, u64 len, i32 *result);
extern u64 sol_set_return_data(const u8 *at, u64 len);
extern u64 sol_get_return_data(u8 *at, u64 len, Pubkey *program);
extern u64 sol_create_program_address(const Slice *seeds, u64 count, const Pubkey *program, Pubkey *out);
extern u64 sol_try_find_program_address(const Slice *seeds, u64 count, const Pubkey *program, Pubkey *out, u8 *bump);
extern u64 sol_get_stack_height(void);
extern u64 sol_get_processed_sibling_instruction(u64 index, void *meta, Pubkey *program, u8 *data, void *accounts);
extern u64 sol_get_clock_sysvar(void *out);
extern u64 sol_get_rent_sysvar(void *out);
extern u64 sol_get_epoch_schedule_sysvar(void *out);
extern u64 sol_get_epoch_rewards_sysvar(void *out);
extern u64 sol_get_last_restart_slot(void *out);
extern u64 sol_get_sysvar(const Pubkey *id, u8 *out, u64 offset, u64 len);
extern u64 sol_get_epoch_stake(const Pubkey *vote);
extern u64 sol_sha256(const Slice *slices, u64 count, u8 *out);
extern u64 sol_keccak256(const Slice *slices, u64 count, u8 *out);
extern u64 sol_alloc_free_(u64 size, void *at);
extern u64 sol_panic_(const char *file, u64 len, u64 line, u64 column);
extern void abort(void);

#define log_text(text) sol_log_(text, sizeof(text) - 1)
#define log_value(a) sol_log_64_(a, 0, 0, 0, 0)

INLINE u64 same_key(const Pubkey *a, const Pubkey *b) {
  for (int i = 0; i < 32; i++)
    if (a->x[i] != b->x[i]) return 0;
  return 1;
}

// Functions that compilers like to call.
NOINLINE void copy_bytes(u8 *dst, const u8 *src, u64 len) {
  for (u64 i = 0; i < len; i++) dst[i] = src[i];
}

INLINE u64 read_u64(const u8 *at) {
  u64 value = 0;
  for (int i = 7; i >= 0; i--) value = (value << 8) | at[i];
  return value;
}

INLINE void write_u64(u8 *at, u64 value) {
  for (int i = 0; i < 8; i++) at[i] = value >> (8 * i);
}

INLINE void write_u32(u8 *at, u32 value) {
  for (int i = 0; i < 4; i++) at[i] = value >> (8 * i);
}

/** The heap from here on is free; the accounts come first. */
#define MAX_ACCOUNTS 64
#define FREE_HEAP (HEAP + MAX_ACCOUNTS * sizeof(Account))

/** Reads what loaders v2 and v3 lay out. Accounts are kept at the start of the heap, as many as fit. */
NOINLINE u64 read_input(u8 *at, Input *input) {
  Account *accounts = (Account *)HEAP;
  u64 count = *(u64 *)at;
  at += 8;
  for (u64 i = 0; i < count; i++) {
    Account *account = &accounts[i < MAX_ACCOUNTS ? i : MAX_ACCOUNTS - 1];
    u8 first = at[0];
    if (first != 0xff) {
      *account = accounts[first < MAX_ACCOUNTS ? first : MAX_ACCOUNTS - 1];
      at += 8;
      continue;
    }
    account->is_signer = at[1];
    account->is_writable = at[2];
    account->executable = at[3];
    account->key = (Pubkey *)(at + 8);
    account->owner = (Pubkey *)(at + 40);
    account->lamports = (u64 *)(at + 72);
    account->data_len = *(u64 *)(at + 80);
    account->data = at + 88;
    u64 padded = (account->data_len + 7) & ~7ull;
    account->rent_epoch = *(u64 *)(at + 88 + padded + MAX_GROWTH);
    at += 88 + padded + MAX_GROWTH + 8;
  }
  input->accounts = accounts;
  input->count = count;
  input->data_len = *(u64 *)at;
  input->data = at + 8;
  input->program_id = (const Pubkey *)(at + 8 + input->data_len);
  return 0;
}

/** Sets an account's length as a program does that makes it grow or shrink. */
INLINE void set_len(Account *account, u64 len) {
  ((u64 *)account->data)[-1] = len;
  account->data_len = len;
}
