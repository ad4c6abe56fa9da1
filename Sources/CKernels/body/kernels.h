// The one list of the kernels: X(result, name, parameters, arguments). The dispatch table, its
// initialisers and the public functions are generated from it.
#ifndef CIRCADIAN_KERNELS_LIST_H
#define CIRCADIAN_KERNELS_LIST_H

#include "../include/CKernels.h"

// The pairs of a product's depth that are packed at a time, and the columns of the right factor: the widest panel of any unit.
#define PRODUCT_DEPTH 256
#define PRODUCT_PANEL 64
// The rows that are computed before the next are begun: those of a packed left factor stay in the second-level cache.
#define PRODUCT_ROWS 768

// Bytes of 32 numbers of a row of x that is multiplied by blocks of weights.
#define BYTE_BLOCK_SIZE 72

#define CK_KERNELS(X) \
  X(void, add, (const float *a, const float *b, float *out, size_t count), (a, b, out, count)) \
  X(void, multiply, (const float *a, const float *b, float *out, size_t count), \
    (a, b, out, count)) \
  X(void, multiply_add, (const float *a, const float *b, float *out, size_t count), \
    (a, b, out, count)) \
  X(void, scale, (const float *a, float scale, float *out, size_t count), (a, scale, out, count)) \
  X(void, axpy, (float scale, const float *x, float *y, size_t count), (scale, x, y, count)) \
  X(void, axpby, (float a, const float *x, float b, float *y, size_t count), (a, x, b, y, count)) \
  X(void, add_row, \
    (const float *a, const float *row, float *out, size_t rows, size_t width), \
    (a, row, out, rows, width)) \
  X(void, sum_rows, (const float *a, float *out, size_t rows, size_t width), \
    (a, out, rows, width)) \
  X(double, sum, (const float *a, size_t count), (a, count)) \
  X(double, dot, (const float *a, const float *b, size_t count), (a, b, count)) \
  X(double, sum_squares, (const float *a, size_t count), (a, count)) \
  X(size_t, argmax, (const float *a, size_t count), (a, count)) \
  X(bool, all_finite, (const float *a, size_t count), (a, count)) \
  X(void, float_to_bfloat16, (const float *in, uint16_t *out, size_t count), (in, out, count)) \
  X(void, bfloat16_to_float, (const uint16_t *in, float *out, size_t count), (in, out, count)) \
  X(void, transpose_bfloat16, \
    (const uint16_t *in, uint16_t *out, size_t rows, size_t columns), (in, out, rows, columns)) \
  X(void, transpose, (const float *in, float *out, size_t rows, size_t columns), \
    (in, out, rows, columns)) \
  X(void, half_to_float, (const uint16_t *in, float *out, size_t count), (in, out, count)) \
  X(void, bfloat16_product, \
    (ck_product_shape shape, const uint16_t *left, const uint16_t *right, const float *bias, \
     const float *before, float *out, float *rowSums, float *scratch), \
    (shape, left, right, bias, before, out, rowSums, scratch)) \
  X(void, widen, (ck_stored kind, const void *in, float *out, size_t count), \
    (kind, in, out, count)) \
  X(void, narrow, (ck_stored kind, const float *in, void *out, size_t count), \
    (kind, in, out, count)) \
  X(void, stored_product, \
    (ck_stored kind, const void *weight, size_t outWidth, const float *x, float *out, \
     size_t outStride, size_t rows, size_t width, void *scratch), \
    (kind, weight, outWidth, x, out, outStride, rows, width, scratch)) \
  X(void, activate, (ck_activation kind, const float *x, ck_place out, size_t count), \
    (kind, x, out, count)) \
  X(void, activate_backward, \
    (ck_activation kind, const float *x, const float *gradOut, ck_place gradIn, size_t count, \
     bool accumulates), \
    (kind, x, gradOut, gradIn, count, accumulates)) \
  X(void, swiglu, (const float *gate, const float *up, ck_place out, size_t count), \
    (gate, up, out, count)) \
  X(void, swiglu_backward, \
    (const float *gate, const float *up, const float *gradOut, float *gradGate, float *gradUp, \
     size_t count, bool accumulates), \
    (gate, up, gradOut, gradGate, gradUp, count, accumulates)) \
  X(void, rms_norm, \
    (const float *x, const float *weight, float epsilon, ck_place out, float *inverse, \
     size_t rows, size_t width), \
    (x, weight, epsilon, out, inverse, rows, width)) \
  X(void, rms_norm_backward, \
    (const float *x, const float *weight, const float *inverse, const float *gradOut, \
     float *gradX, float *gradWeight, size_t rows, size_t width, bool accumulates), \
    (x, weight, inverse, gradOut, gradX, gradWeight, rows, width, accumulates)) \
  X(void, layer_norm, \
    (const float *x, const float *weight, const float *bias, float epsilon, ck_place out, \
     float *mean, float *inverse, size_t rows, size_t width), \
    (x, weight, bias, epsilon, out, mean, inverse, rows, width)) \
  X(void, layer_norm_backward, \
    (const float *x, const float *weight, const float *mean, const float *inverse, \
     const float *gradOut, float *gradX, float *gradWeight, float *gradBias, size_t rows, \
     size_t width, bool accumulates), \
    (x, weight, mean, inverse, gradOut, gradX, gradWeight, gradBias, rows, width, accumulates)) \
  X(void, softmax, (const float *x, float *out, size_t rows, size_t width), \
    (x, out, rows, width)) \
  X(void, softmax_backward, \
    (const float *probabilities, const float *gradOut, float *gradX, size_t rows, size_t width, \
     bool accumulates), \
    (probabilities, gradOut, gradX, rows, width, accumulates)) \
  X(void, rotary, \
    (const float *x, const float *cosines, const float *sines, const int32_t *positions, \
     bool interleaved, float direction, float *out, size_t rows, size_t heads, \
     size_t headWidth, size_t rotatedWidth, bool accumulates), \
    (x, cosines, sines, positions, interleaved, direction, out, rows, heads, headWidth, \
     rotatedWidth, accumulates)) \
  X(void, gather_rows, \
    (const float *table, const int32_t *indices, float *out, size_t count, size_t width), \
    (table, indices, out, count, width)) \
  X(void, scatter_add_rows, \
    (const float *gradOut, const int32_t *indices, float *gradTable, size_t count, \
     size_t width), \
    (gradOut, indices, gradTable, count, width)) \
  X(void, cross_entropy, \
    (const float *logits, const int32_t *ids, const float *weights, size_t targetsPerRow, \
     float softcap, float *losses, float *logSumExp, size_t rows, size_t width), \
    (logits, ids, weights, targetsPerRow, softcap, losses, logSumExp, rows, width)) \
  X(void, cross_entropy_backward, \
    (const float *logits, const int32_t *ids, const float *weights, size_t targetsPerRow, \
     float softcap, const float *logSumExp, const float *rowGradient, float scale, \
     ck_place gradLogits, size_t rows, size_t width), \
    (logits, ids, weights, targetsPerRow, softcap, logSumExp, rowGradient, scale, gradLogits, \
     rows, width)) \
  X(void, top_probabilities, \
    (const float *logits, float softcap, size_t count, int32_t *ids, float *probabilities, \
     size_t rows, size_t width), \
    (logits, softcap, count, ids, probabilities, rows, width)) \
  X(void, attention, \
    (ck_attention_shape shape, const float *query, const float *key, const float *value, \
     const float *slotKeys, const float *slotValues, float *out, float *logSumExp, \
     float *scratch), \
    (shape, query, key, value, slotKeys, slotValues, out, logSumExp, scratch)) \
  X(void, attention_backward, \
    (ck_attention_shape shape, const float *query, const float *key, const float *value, \
     const float *slotKeys, const float *slotValues, const float *out, const float *gradOut, \
     const float *logSumExp, ck_place gradQuery, ck_place gradKey, ck_place gradValue, \
     float *gradSlotKeys, float *gradSlotValues, float *scratch), \
    (shape, query, key, value, slotKeys, slotValues, out, gradOut, logSumExp, gradQuery, \
     gradKey, gradValue, gradSlotKeys, gradSlotValues, scratch)) \
  X(void, image_to_columns, \
    (ck_convolution_shape shape, const float *image, float *columns), (shape, image, columns)) \
  X(void, columns_to_image, \
    (ck_convolution_shape shape, const float *columns, float *image), (shape, columns, image)) \
  X(void, causal_convolution, \
    (ck_causal_shape shape, const float *x, const float *taps, float *out), \
    (shape, x, taps, out)) \
  X(void, causal_convolution_backward_x, \
    (ck_causal_shape shape, const float *taps, const float *gradOut, float *gradX, \
     bool accumulates), \
    (shape, taps, gradOut, gradX, accumulates)) \
  X(void, causal_convolution_backward_taps, \
    (ck_causal_shape shape, const float *x, const float *gradOut, float *gradTaps), \
    (shape, x, gradOut, gradTaps)) \
  X(void, linear_memory, \
    (ck_memory_shape shape, const float *query, const float *key, const float *value, \
     const float *rate, const float *keep, const float *inertia, const float *initial, \
     const float *initialMomentum, float *out, float *last, float *lastMomentum, \
     float *checkpoints, float *scratch), \
    (shape, query, key, value, rate, keep, inertia, initial, initialMomentum, out, last, \
     lastMomentum, checkpoints, scratch)) \
  X(void, linear_memory_backward, \
    (ck_memory_shape shape, const float *query, const float *key, const float *value, \
     const float *rate, const float *keep, const float *inertia, const float *checkpoints, \
     const float *gradOut, const float *gradLast, const float *gradLastMomentum, \
     float *gradQuery, float *gradKey, float *gradValue, float *gradRate, float *gradKeep, \
     float *gradInertia, float *gradInitial, float *gradInitialMomentum, float *scratch), \
    (shape, query, key, value, rate, keep, inertia, checkpoints, gradOut, gradLast, \
     gradLastMomentum, gradQuery, gradKey, gradValue, gradRate, gradKeep, gradInertia, \
     gradInitial, gradInitialMomentum, scratch)) \
  X(void, index_select, \
    (ck_index_shape shape, const float *query, const float *weight, const float *key, \
     int32_t *chosen, float *scratch), \
    (shape, query, weight, key, chosen, scratch)) \
  X(void, sparse_attention, \
    (ck_sparse_shape shape, const float *query, const float *key, const float *value, \
     const int32_t *chosen, float *out, float *logSumExp, float *scratch), \
    (shape, query, key, value, chosen, out, logSumExp, scratch)) \
  X(void, sparse_attention_backward, \
    (ck_sparse_shape shape, const float *query, const float *key, const float *value, \
     const int32_t *chosen, const float *out, const float *logSumExp, const float *gradOut, \
     float *gradQuery, float *gradKey, float *gradValue), \
    (shape, query, key, value, chosen, out, logSumExp, gradOut, gradQuery, gradKey, gradValue)) \
  X(double, index_lesson, \
    (ck_index_shape shape, ck_sparse_shape attention, const float *indexQuery, \
     const float *indexWeight, const float *indexKey, const float *query, const float *key, \
     const int32_t *chosen, float *gradQuery, float *gradWeight, float *gradKey, float *scratch), \
    (shape, attention, indexQuery, indexWeight, indexKey, query, key, chosen, gradQuery, \
     gradWeight, gradKey, scratch)) \
  X(void, adamw, \
    (ck_adamw_step step, float *value, float *firstMoment, float *secondMoment, \
     const float *gradient, size_t count), \
    (step, value, firstMoment, secondMoment, gradient, count))

#define CK_FIELD(result, name, parameters, arguments) result(*name) parameters;
struct ck_table {
  const char *unit;
  bool multipliesBfloat16;
  CK_KERNELS(CK_FIELD)
};
#undef CK_FIELD

extern const struct ck_table ck_table_avx512bf16, ck_table_avx512vnni, ck_table_avx512, ck_table_avx2,
  ck_table_baseline;

#endif
