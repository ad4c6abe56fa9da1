// Chooses the vector unit once, before main, and forwards every public function to its table.
#include <stdlib.h>
#include <string.h>

#include "body/attention_layout.h"
#include "body/kernels.h"

// Written before main only, so threads may read it freely.
static const struct ck_table *chosen = &ck_table_baseline;
// A test's choice, which leaves every other thread alone.
static _Thread_local const struct ck_table *override;

// The units of this processor, widest first, into `units`; returns how many there are.
static size_t list_units(const struct ck_table *units[5]) {
  size_t count = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("f16c") &&
    __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
    __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
    __builtin_cpu_supports("avx512dq");
  const bool vnni = avx512 && __builtin_cpu_supports("avx512vnni");
  if (vnni && __builtin_cpu_supports("avx512bf16")) units[count++] = &ck_table_avx512bf16;
  if (vnni) units[count++] = &ck_table_avx512vnni;
  if (avx512) units[count++] = &ck_table_avx512;
  if (avx2) units[count++] = &ck_table_avx2;
#endif
  units[count++] = &ck_table_baseline;
  return count;
}

// NULL when the processor has no such unit. Without a name, the widest.
static const struct ck_table *find_unit(const char *name) {
  const struct ck_table *units[5];
  const size_t count = list_units(units);
  for (size_t i = 0; i < count; i++) {
    if (!name || strcmp(name, units[i]->unit) == 0) return units[i];
  }
  return NULL;
}

__attribute__((constructor)) static void choose_vector_unit(void) {
  const char *wanted = getenv("CIRCADIAN_VECTOR_UNIT");
  const struct ck_table *forced = wanted ? find_unit(wanted) : NULL;
  chosen = forced ? forced : find_unit(NULL);
}

bool ck_select_vector_unit(const char *name) {
  const struct ck_table *table = name ? find_unit(name) : NULL;
  if (name && !table) return false;
  override = table;
  return true;
}

static inline const struct ck_table *unit(void) { return override ? override : chosen; }

const char *ck_vector_unit(void) { return unit()->unit; }

bool ck_multiplies_bfloat16(void) { return unit()->multipliesBfloat16; }

// A panel of the right factor, and the left one where it is packed, its rows rounded up to vectors.
size_t ck_bfloat16_product_scratch(ck_product_shape shape) {
  const size_t rows = shape.rows < PRODUCT_ROWS ? (shape.rows + 15) / 16 * 16 : PRODUCT_ROWS;
  return PRODUCT_DEPTH * (PRODUCT_PANEL + (shape.leftTransposed ? rows : 0));
}

// The keys as columns, and for each row of a strip of at most 8 its scores and matches, and one row to sort.
size_t ck_index_scratch(ck_index_shape shape) {
  const size_t stride = (shape.keys + 15) / 16 * 16;
  return (shape.width + 2 * 8 + 1) * stride + 15;
}

// Blocks may be taken by twos.
size_t ck_stored_scratch(size_t rows, size_t width) { return rows * (width / 32 + 1) * BYTE_BLOCK_SIZE; }

size_t ck_attention_scratch(ck_attention_shape shape) {
  const size_t forward = attention_layout_of(shape, false).total;
  const size_t backward = attention_layout_of(shape, true).total;
  // Up to 15 floats are lost when the scratch does not start a cache line.
  return (forward > backward ? forward : backward) + 15;
}

#define FORWARD(result, name, parameters, arguments) \
  result ck_##name parameters { return unit()->name arguments; }
CK_KERNELS(FORWARD)
