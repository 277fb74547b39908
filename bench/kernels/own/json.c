// A parser of JSON by recursive descent: strings are hashed, numbers summed, nesting weighed.
#include "../common.h"
static const char TEXT[] =
  "{\"name\":\"vault\",\"version\":3,\"accounts\":[{\"key\":\"authority\",\"signer\":true,\"writable\":false},"
  "{\"key\":\"mint\",\"signer\":false,\"writable\":true,\"seeds\":[\"mint\",17,\"a \\\"quoted\\\" seed\"]},"
  "{\"key\":\"vault\",\"signer\":false,\"writable\":true,\"space\":165,\"rent\":2039280}],"
  "\"limits\":{\"deposit\":1000000,\"withdraw\":-250000,\"fee\":0.0025,\"steps\":[1,2,3,5,8,13,21,34,55,89,144]},"
  "\"notes\":null,\"tags\":[\"defi\",\"audit\",\"beta\",[],{},[[[1]]]],\"checksum\":\"9f86d081884c7d659a2feaa0c55ad015\"}";
typedef struct { const char *at; const char *end; u64 hash; u64 depth; } Parser;
NOINL void skip(Parser *p) { while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' || *p->at == '\t')) p->at++; }
NOINL u64 string(Parser *p) {
  u64 hash = 14695981039346656037ULL;
  p->at++;
  while (p->at < p->end && *p->at != '"') {
    if (*p->at == '\\') p->at++;
    hash = (hash ^ (u8)*p->at++) * 1099511628211ULL;
  }
  p->at++;
  return hash;
}
NOINL u64 number(Parser *p) {
  u64 negative = 0, value = 0, scale = 0;
  if (*p->at == '-') { negative = 1; p->at++; }
  while (p->at < p->end) {
    u8 c = *p->at;
    if (c == '.') { scale = 1; p->at++; continue; }
    if (c < '0' || c > '9') break;
    value = value * 10 + (c - '0');
    scale *= 10;
    p->at++;
  }
  return (negative ? -value : value) ^ scale;
}
NOINL u64 value(Parser *p) {
  skip(p);
  u8 c = *p->at;
  u64 sum = 0;
  if (c == '"') return string(p);
  if (c == '{' || c == '[') {
    p->at++;
    p->depth++;
    for (;;) {
      skip(p);
      if (*p->at == '}' || *p->at == ']') break;
      if (*p->at == ',') { p->at++; continue; }
      if (c == '{') { skip(p); sum = sum * 31 + string(p); skip(p); p->at++; }
      sum = sum * 33 + value(p);
    }
    p->at++;
    p->depth--;
    return sum ^ p->depth;
  }
  if (c == 't' || c == 'n') { p->at += 4; return c; }
  if (c == 'f') { p->at += 5; return c; }
  return number(p);
}
u64 run(u64 n) {
  char *text = (char *)HEAP;
  u64 hash = 0;
  for (u64 i = 0; i < sizeof TEXT - 1; i++) text[i] = TEXT[i];
  for (u64 k = 0; k < n; k++) {
    Parser p = {text, text + sizeof TEXT - 1, 0, 0};
    hash = hash * 31 + value(&p);
  }
  return hash ^ (hash >> 32);
}
