// Every kernel, written once over vectors of LANES floats. A unit's source file defines LANES and
// UNIT, sets the target attribute, and includes this file, which ends with the unit's table.
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "attention_layout.h"
#include "kernels.h"

#ifdef UNIT_TARGET
#pragma clang attribute push(UNIT_TARGET, apply_to = function)
#endif

#include "vector.h"

#include "functions.h"

#include "elementwise.h"

#include "reduction.h"

#include "conversion.h"

#include "result.h"

#include "stored.h"

#include "transpose.h"

#include "activation.h"

#include "normalisation.h"

#include "rotary.h"

#include "loss.h"

#include "pairs.h"

#include "product.h"

#include "matrix_product.h"

#include "attention.h"

#include "attention_decoding.h"

#include "attention_backward.h"

#include "convolution.h"

#include "causal_convolution.h"

#include "linear_memory.h"

#include "sparse_attention.h"

#include "optimizer.h"

#ifdef UNIT_TARGET
#pragma clang attribute pop
#endif

#define TABLE_NAME_(unit) ck_table_##unit
#define TABLE_NAME(unit) TABLE_NAME_(unit)
#define UNIT_STRING_(unit) #unit
#define UNIT_STRING(unit) UNIT_STRING_(unit)
#define TABLE_ENTRY(result, name, parameters, arguments) .name = k_##name,
const struct ck_table TABLE_NAME(UNIT) = {
  .unit = UNIT_STRING(UNIT),
#if defined(BFLOAT16)
  .multipliesBfloat16 = true,
#endif
  CK_KERNELS(TABLE_ENTRY)
};
