// What a program does by itself: memory, the stack, logs, sysvars, return data, and its own accounts. The first byte says
// what.
#include "sbpf.h"

static const char TEXT[] = "read-only data of the program";
static const char *const TEXTS[] = {"one", "two", "three"};
static const u64 NUMBERS[] = {1, 1ull << 40, ~0ull};

typedef struct { u64 a, b, c, d; u8 tail[9]; } Large;

NOINLINE void make_large(Large *large, u64 seed) {
  Large made = {seed, seed * 2, seed * 3, seed * 4, {1, 2, 3, 4, 5, 6, 7, 8, 9}};
  *large = made;
}

NOINLINE u64 take_large(const Large *large, u64 a, u64 b, u64 c, u64 d) {
  return large->a + large->d + large->tail[8] + a * b + c * d;
}

NOINLINE u64 plus(u64 a, u64 b) { return a + b; }
NOINLINE u64 times(u64 a, u64 b) { return a * b; }
static u64 (*const OPERATIONS[])(u64, u64) = {plus, times};

NOINLINE u64 depth(u64 n) {
  volatile u64 here = n;
  if (n == 0) return 0;
  return depth(n - 1) + here;
}

/** Takes almost a whole frame, which is more than clang would give. */
NOINLINE u64 fill_frame(u64 n) {
  volatile u8 here = n;
  volatile u64 room = 4000;
  volatile u8 *low = &here - room;
  for (u64 i = 0; i < 4000; i++) low[i] = n + i;
  return low[n];
}

NOINLINE u64 sum_of(volatile u32 *values, u64 count) {
  u64 sum = 0;
  for (u64 i = 0; i < count; i++) sum += values[i];
  return sum;
}

NOINLINE u64 memory(const Input *input, u8 test) {
  Account *a = input->accounts;
  u8 *heap = FREE_HEAP;
  switch (test) {
    case 1: {
      i32 order;
      sol_memset_(heap, 0xab, 300);
      sol_memcpy_(heap + 400, heap, 300);
      sol_memmove_(heap + 10, heap, 200);
      heap[250] = 1;
      sol_memcmp_(heap, heap + 400, 300, &order);
      log_value((u64)(i64)order);
      sol_memcmp_(heap, heap + 400, 100, &order);
      log_value((u64)(i64)order);
      Slice slice = {heap, 64};
      sol_log_data(&slice, 1);
      return 0;
    }
    case 2:  // overlapping
      sol_memcpy_(heap, heap + 5, 10);
      return 0;
    case 3:  // touching is not overlapping
      sol_memcpy_(heap, heap + 10, 10);
      return 0;
    case 4:  // nothing, anywhere
      sol_memcpy_((void *)1, (void *)2, 0);
      sol_memset_((void *)0, 1, 0);
      sol_memmove_((void *)3, (void *)4, 0);
      return 0;
    case 5:  // into read-only data
      sol_memset_((void *)TEXT, 0, 4);
      return 0;
    case 6:
      *(volatile char *)TEXT = 1;
      return 0;
    case 7:  // beyond the heap
      sol_memset_(HEAP + 32768 - 4, 0, 5);
      return 0;
    case 8:
      *(volatile u8 *)(HEAP + 32768) = 1;
      return 0;
    case 9:  // the last byte of it
      *(volatile u8 *)(HEAP + 32767) = 1;
      log_value(*(volatile u8 *)(HEAP + 32767));
      return 0;
    case 10:  // from one account into another, over the account's end into its room to grow
      sol_memcpy_(a[1].data + a[1].data_len - 4, a[0].data, 8);
      return 0;
    case 11:  // over the end of the input
      sol_memset_(a[input->count - 1].data, 0, 1 << 20);
      return 0;
    case 12:  // between two accounts: keys, lamports and all
      sol_memset_(a[0].data, 0, (u64)(a[1].data - a[0].data));
      return 0;
    case 13: {  // the input, as it lies there
      Slice slice = {INPUT, 200};
      sol_log_data(&slice, 1);
      return 0;
    }
    case 14:
      return *(volatile u64 *)0;
    case 15:
      return *(volatile u64 *)0xffffffffffffffffull;
    case 16:
      *(volatile u64 *)(0x200000000ull - 8) = 1;
      return 0;
    case 17:  // unaligned words are fine for the machine
      *(volatile u64 *)(heap + 3) = NUMBERS[1];
      log_value(*(volatile u64 *)(heap + 1));
      return 0;
    case 18: {
      u64 first = sol_alloc_free_(100, 0), second = sol_alloc_free_(1, 0), third = sol_alloc_free_(40000, 0);
      sol_log_64_(first, second, third, sol_alloc_free_(0, 0), sol_alloc_free_(8, (void *)first));
      return 0;
    }
    default:
      return INVALID_DATA;
  }
}

NOINLINE u64 machine(const Input *input, u8 test) {
  switch (test) {
    case 31: {
      Large large;
      make_large(&large, 7);
      log_value(take_large(&large, 5, 6, 7, 8));
      log_value(OPERATIONS[input->data_len & 1](6, 7));
      log_value(OPERATIONS[(input->data_len + 1) & 1](6, 7));
      sol_log_(TEXTS[input->data_len % 3], 3);
      return 0;
    }
    case 32:
      log_value(depth(10));
      log_value(depth(55));
      return 0;
    case 33:
      log_value(depth(70));
      return 0;
    case 34:
      log_value(fill_frame(input->data_len));
      return 0;
    case 35: {  // above the frame: a gap
      volatile u8 here = 1;
      volatile u64 above = ((u64)&here & ~0xfffull) + 0x1000;
      sol_log_64_((u64)&here, above, 0, 0, 0);
      return *(volatile u8 *)above;
    }
    case 36: {
      volatile u64 zero = input->data_len - 2;
      log_value(10 / zero);
      log_value(10 % zero);
      volatile u32 zero32 = zero;
      log_value(10 / zero32);
      return 0;
    }
    case 37: {
      volatile u64 zero = input->data_len - 3;
      return 10 / zero;
    }
    case 38:
      for (volatile u64 i = 0;; i++) {
      }
    case 39: {
      volatile u32 values[4] = {1, 2, 0xffffffff, 4};
      log_value(sum_of(values, 4));
      volatile i32 negative = -5;
      log_value((u64)(i64)negative >> 1);
      log_value((u64)((i64)negative >> 1));
      log_value((u32)negative << 3);
      return 0;
    }
    case 40: {  // a function that isn't one
      volatile u64 nowhere = 0x100000008ull;
      return ((u64(*)(void))nowhere)();
    }
    case 41: {
      volatile u64 nowhere = 0x300000000ull;
      return ((u64(*)(void))nowhere)();
    }
    case 42:
      abort();
      return 0;
    case 43:
      return sol_panic_(TEXT, sizeof(TEXT) - 1, 7, 8);
    case 44:
      return sol_panic_((const char *)HEAP - 1, 4, 7, 8);
    default:
      return INVALID_DATA;
  }
}

NOINLINE u64 system(const Input *input, u8 test) {
  u8 *heap = FREE_HEAP;
  Account *a = input->accounts;
  switch (test) {
    case 51: {
      sol_get_clock_sysvar(heap);
      sol_get_rent_sysvar(heap + 40);
      sol_get_epoch_schedule_sysvar(heap + 64);
      sol_get_epoch_rewards_sysvar((u8 *)((u64)(heap + 119) & ~15ull));
      sol_get_last_restart_slot(heap + 240);
      Slice slice = {heap, 256};
      sol_log_data(&slice, 1);
      return 0;
    }
    case 52:
      sol_get_clock_sysvar(heap + 4);
      return 0;
    case 53:
      sol_get_rent_sysvar(a[0].data);
      return 0;
    case 54:
      sol_get_epoch_rewards_sysvar(heap + 8);
      return 0;
    case 55: {  // the accounts of sysvars: clock, rent
      for (int i = 1; i < 3; i++) {
        Slice slice = {a[i].data, a[i].data_len};
        sol_log_data(&slice, 1);
      }
      log_value(sol_get_sysvar(a[1].key, heap, 0, 40));
      log_value(sol_get_sysvar(a[2].key, heap + 40, 0, 17));
      log_value(sol_get_sysvar(a[2].key, heap + 40, 1, 17));
      log_value(sol_get_sysvar(a[0].key, heap + 40, 0, 1));
      Slice slice = {heap, 57};
      sol_log_data(&slice, 1);
      return 0;
    }
    case 56: {
      log_value(sol_get_sysvar(a[1].key, heap, ~0ull, 2));
      return 0;
    }
    case 57:
      log_value(sol_get_epoch_stake(0));
      log_value(sol_get_epoch_stake(a[0].key));
      return 0;
    case 58: {  // logs: empty, not text, long
      sol_log_("", 0);
      sol_log_(TEXT, sizeof(TEXT) - 1);
      Slice slices[3] = {{(const u8 *)TEXT, 5}, {0, 0}, {(const u8 *)TEXT + 5, 6}};
      sol_log_data(slices, 3);
      sol_log_data(slices, 0);
      sol_log_pubkey(input->program_id);
      sol_log_compute_units_();
      heap[0] = 0xff;
      sol_log_((const char *)heap, 1);
      return 0;
    }
    case 59:
      for (int i = 0; i < 400; i++) sol_log_(TEXT, sizeof(TEXT) - 1);
      return 0;
    case 60: {
      Pubkey program;
      log_value(sol_get_return_data(heap, 10, &program));
      sol_set_return_data((const u8 *)TEXT, 12);
      log_value(sol_get_return_data(heap, 5, &program));
      log_value(sol_get_return_data(heap, 0, 0));
      sol_log_pubkey(&program);
      sol_set_return_data(0, 0);
      log_value(sol_get_return_data(heap, 5, &program));
      sol_set_return_data((const u8 *)TEXT, 7);
      return 0;
    }
    case 61:
      sol_set_return_data(INPUT, 1025);
      return 0;
    case 62:
      sol_set_return_data((const u8 *)TEXT, 4);
      sol_get_return_data(heap, 4, (Pubkey *)(heap + 2));
      return 0;
    case 63: {  // return data and failure
      sol_set_return_data((const u8 *)TEXT, 4);
      return CUSTOM(7);
    }
    case 64: {
      Slice seeds[3] = {{(const u8 *)TEXT, 5}, {input->data, 1}, {heap, 1}};
      Pubkey address;
      u8 bump;
      log_value(sol_try_find_program_address(seeds, 2, input->program_id, &address, &bump));
      sol_log_pubkey(&address);
      log_value(bump);
      heap[0] = bump;
      log_value(sol_create_program_address(seeds, 3, input->program_id, &address));
      sol_log_pubkey(&address);
      heap[0] = bump - 1;
      log_value(sol_create_program_address(seeds, 3, input->program_id, &address));
      return 0;
    }
    case 65: {
      Slice slices[2] = {{(const u8 *)TEXT, 5}, {INPUT, 100}};
      sol_sha256(slices, 2, heap);
      sol_keccak256(slices, 2, heap + 32);
      sol_sha256(0, 0, heap + 64);
      Slice slice = {heap, 96};
      sol_log_data(&slice, 1);
      return 0;
    }
    case 66:
      log_value(sol_get_stack_height());
      return 0;
    default:
      return INVALID_DATA;
  }
}

/** What a program does to its accounts without calling anybody. */
NOINLINE u64 accounts(const Input *input, u8 test) {
  Account *a = input->accounts;
  switch (test) {
    case 71:
      for (u64 i = 0; i < input->count && i < MAX_ACCOUNTS; i++) {
        sol_log_64_(a[i].is_signer, a[i].is_writable, a[i].executable, *a[i].lamports, a[i].data_len);
        sol_log_pubkey(a[i].key);
        log_value(a[i].rent_epoch);
      }
      log_value(input->count);
      return 0;
    case 72:
      a[0].data[3] = 77;
      return 0;
    case 73:
      *a[0].lamports -= 10;
      *a[1].lamports += 10;
      return 0;
    case 74:
      *a[0].lamports += 10;
      return 0;
    case 75:
      for (u64 i = 0; i < a[0].data_len; i++) a[0].data[i] = 0;
      *a[0].owner = *a[1].key;
      return 0;
    case 76:
      *a[0].owner = *a[1].key;
      return 0;
    case 77:
      set_len(&a[0], a[0].data_len + MAX_GROWTH);
      return 0;
    case 78:
      set_len(&a[0], a[0].data_len + MAX_GROWTH + 1);
      return 0;
    case 79:
      set_len(&a[0], 0);
      return 0;
    case 80:  // longer, written, shorter again, longer again: what was written stays
      set_len(&a[0], a[0].data_len + 100);
      a[0].data[120] = 9;
      set_len(&a[0], 50);
      set_len(&a[0], 130);
      return 0;
    case 81:  // flags, key and rent epoch may be scribbled on
      a[0].key->x[0] ^= 1;
      ((u8 *)a[0].key)[-8] = 0;
      ((u8 *)a[0].key)[-7] = 0;
      ((u8 *)a[0].key)[-6] = 0;
      ((u8 *)a[0].key)[-5] = 1;
      *(u64 *)(a[0].data + ((a[0].data_len + 7) & ~7ull) + MAX_GROWTH) = 5;
      a[0].data[0] = 3;
      return 0;
    case 82:  // everything given away
      *a[1].lamports += *a[0].lamports;
      *a[0].lamports = 0;
      return 0;
    case 83:
      *a[1].lamports += *a[0].lamports;
      *a[0].lamports = 0;
      a[0].data[0] = 9;
      return 0;
    case 84:  // nothing changes by writing what is there
      a[0].data[0] = a[0].data[0];
      *a[0].lamports = *a[0].lamports;
      *a[0].owner = *a[0].owner;
      return 0;
    case 85:
      set_len(&a[0], 1ull << 63);
      return 0;
    case 86:
      *a[0].lamports = 0;
      *a[1].lamports = ~0ull;
      return 0;
    case 87:  // the data of both, where the second is the first again
      a[0].data[0] += 1;
      a[1].data[0] += 1;
      log_value(a[0].data == a[1].data);
      log_value(a[1].data[0]);
      return 0;
    case 88:
      return CUSTOM(input->data[1]);
    case 89:
      return BUILTIN(input->data[1]);
    case 90:
      return BUILTIN(input->data[1]) + 1;
    default:
      return INVALID_DATA;
  }
}

u64 entrypoint(u8 *at) {
  Input input;
  read_input(at, &input);
  if (input.data_len == 0) return 0;
  u8 test = input.data[0];
  if (test < 30) return memory(&input, test);
  if (test < 50) return machine(&input, test);
  if (test < 70) return system(&input, test);
  return accounts(&input, test);
}
