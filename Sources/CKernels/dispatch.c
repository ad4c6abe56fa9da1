// Chooses the vector unit once, before main, and forwards every public function to its table.
#include <stdlib.h>
#include <string.h>

#include "body/attention_layout.h"
#include "body/kernels.h"

// Written before main only, so threads may read it freely.
static const struct ck_table *chosen = &ck_table_baseline;
// A test's choice, which leaves every other thread alone.
static _Thread_local const struct ck_table *override;

static const struct ck_table *widest(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("f16c") &&
    __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
    return __builtin_cpu_supports("avx512vnni") ? &ck_table_avx512vnni : &ck_table_avx512;
  }
  if (avx2) return &ck_table_avx2;
#endif
  return &ck_table_baseline;
}

// NULL when the processor has no such unit.
static const struct ck_table *named(const char *name) {
  const struct ck_table *best = widest();
  if (strcmp(name, best->unit) == 0) return best;
#if defined(__x86_64__)
  const bool isWide = best == &ck_table_avx512 || best == &ck_table_avx512vnni;
  if (strcmp(name, "avx512") == 0 && isWide) return &ck_table_avx512;
  if (strcmp(name, "avx2") == 0 && isWide) return &ck_table_avx2;
#endif
  return strcmp(name, "baseline") == 0 ? &ck_table_baseline : NULL;
}

__attribute__((constructor)) static void choose_vector_unit(void) {
  const char *wanted = getenv("CIRCADIAN_VECTOR_UNIT");
  const struct ck_table *forced = wanted ? named(wanted) : NULL;
  chosen = forced ? forced : widest();
}

bool ck_select_vector_unit(const char *name) {
  const struct ck_table *table = name ? named(name) : NULL;
  if (name && !table) return false;
  override = table;
  return true;
}

static inline const struct ck_table *unit(void) { return override ? override : chosen; }

const char *ck_vector_unit(void) { return unit()->unit; }

// The keys as columns, and for each row of a strip of at most 8 its scores and matches, and one row to sort.
size_t ck_index_scratch(ck_index_shape shape) {
  const size_t stride = (shape.keys + 15) / 16 * 16;
  return (shape.width + 2 * 8 + 1) * stride + 15;
}

// A block of bytes with its scale and its sum takes 40 bytes.
size_t ck_stored_scratch(size_t rows, size_t width) { return rows * (width / 32) * BYTE_BLOCK_SIZE; }

size_t ck_attention_scratch(ck_attention_shape shape) {
  const size_t forward = attention_layout_of(shape, false).total;
  const size_t backward = attention_layout_of(shape, true).total;
  // Up to 15 floats are lost when the scratch does not start a cache line.
  return (forward > backward ? forward : backward) + 15;
}

#define FORWARD(result, name, parameters, arguments) \
  result ck_##name parameters { return unit()->name arguments; }
CK_KERNELS(FORWARD)
