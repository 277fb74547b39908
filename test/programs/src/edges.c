// Memory around the edges of an account's data: its first byte, its end, and the end of its room to grow. The instruction
// data says what is done, at which edge of the last account, how far before it, and how many bytes.
#include "sbpf.h"

static u8 *edge_of(const Account *account, u8 which) {
  switch (which) {
    case 0:
      return account->data;
    case 1:
      return account->data + account->data_len;
    default:
      return account->data + account->data_len + MAX_GROWTH;
  }
}

u64 entrypoint(u8 *at) {
  Input input;
  read_input(at, &input);
  if (input.data_len < 4 || input.count == 0) return INVALID_DATA;
  Account *account = &input.accounts[input.count - 1];
  u8 test = input.data[0];
  u8 *edge = edge_of(account, input.data[1]) - input.data[2];
  u64 len = input.data[3];
  u8 *room = FREE_HEAP;
  i32 order = 7;
  u64 sum = 0;
  switch (test) {
    case 1:
      sol_memcpy_(edge, room, len);
      break;
    case 2:
      sol_memcpy_(room, edge, len);
      break;
    case 3:
      sol_memmove_(edge, room, len);
      break;
    case 4:
      sol_memmove_(room, edge, len);
      break;
    case 5:  // over itself, forwards
      sol_memmove_(edge + 3, edge, len);
      break;
    case 6:  // over itself, backwards
      sol_memmove_(edge, edge + 3, len);
      break;
    case 7:
      sol_memset_(edge, 3, len);
      break;
    case 8:
      sol_memcmp_(edge, room, len, &order);
      break;
    case 9:
      sol_memcmp_(room, edge, len, &order);
      break;
    case 10:  // what a comparison says is written there
      sol_memcmp_(room, room + 100, 3, (i32 *)edge);
      break;
    case 11:  // byte by byte
      for (u64 i = 0; i < len; i++) ((volatile u8 *)edge)[i] = i + 1;
      break;
    case 12:
      for (u64 i = 0; i < len; i++) sum += ((volatile u8 *)edge)[i];
      break;
    case 13:  // one word, as it comes
      *(volatile u64 *)edge = 0x0102030405060708ull;
      break;
    case 14:
      sum = *(volatile u64 *)edge;
      break;
    case 15: {  // logged
      Slice slice = {edge, len};
      sol_log_data(&slice, 1);
      break;
    }
    case 16:
      sol_set_return_data(edge, len);
      break;
    case 17:
      sol_set_return_data((const u8 *)"0123456789", 10);
      sum = sol_get_return_data(edge, len, (Pubkey *)room);
      break;
    default:
      return INVALID_DATA;
  }
  sol_log_64_(order, sum, room[0], room[1], account->data_len);
  return 0;
}
