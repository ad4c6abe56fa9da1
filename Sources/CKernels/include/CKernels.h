// Fused loops that no library has. Every function is single-threaded, takes contiguous row-major
// float arrays, and is dispatched at run time to the widest vector unit of the processor
// (AVX-512 with or without VNNI and BF16, AVX2 + FMA, or the baseline of the target).
//
// Conventions: `rows` x `width` is a matrix whose rows are `width` long. Pointers never alias
// unless the comment says so. "accumulates" means the output is added to; otherwise it is written.
#ifndef CIRCADIAN_CKERNELS_H
#define CIRCADIAN_CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The name of the vector unit in use: "avx512bf16", "avx512vnni", "avx512", "avx2" or "baseline". CIRCADIAN_VECTOR_UNIT=avx2
// (or baseline) in the environment forces a narrower one, for tests.
const char *ck_vector_unit(void);
// Switches the calling thread to another unit, for tests; NULL goes back to the process's own.
// false, and nothing changes, when the processor lacks it.
bool ck_select_vector_unit(const char *name);

// Tells the processor that the thread only waits for another one's write.
static inline void ck_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// -- Elementwise -----------------------------------------------------------------------------
void ck_add(const float *a, const float *b, float *out, size_t count);            // out = a + b; out may alias a or b
void ck_multiply(const float *a, const float *b, float *out, size_t count);       // out = a * b; out may alias
void ck_multiply_add(const float *a, const float *b, float *out, size_t count);   // out += a * b
void ck_scale(const float *a, float scale, float *out, size_t count);             // out = scale * a; out may alias
void ck_axpy(float scale, const float *x, float *y, size_t count);                // y += scale * x
void ck_axpby(float a, const float *x, float b, float *y, size_t count);          // y = a x + b y
void ck_add_row(const float *a, const float *row, float *out, size_t rows, size_t width); // out = a + row, every row; out may alias a
void ck_sum_rows(const float *a, float *out, size_t rows, size_t width);          // out[j] += sum_i a[i][j]
double ck_sum(const float *a, size_t count);                                      // accumulated in double
double ck_dot(const float *a, const float *b, size_t count);                      // accumulated in double
double ck_sum_squares(const float *a, size_t count);                              // accumulated in double
size_t ck_argmax(const float *a, size_t count);                                   // first index of the largest
bool ck_all_finite(const float *a, size_t count);

// -- bfloat16 (round to nearest even; NaN stays NaN) ----------------------------------------------
void ck_float_to_bfloat16(const float *in, uint16_t *out, size_t count);
void ck_bfloat16_to_float(const uint16_t *in, float *out, size_t count);
void ck_transpose_bfloat16(const uint16_t *in, uint16_t *out, size_t rows, size_t columns); // out[j][i] = in[i][j]
void ck_transpose(const float *in, float *out, size_t rows, size_t columns);
void ck_half_to_float(const uint16_t *in, float *out, size_t count);              // IEEE binary16

// Where results go: as floats, or rounded to bfloat16 as they are made, where exponentials are then within 4e-6.
typedef struct { float *floats; uint16_t *rounded; } ck_place;

// Whether the unit in use multiplies bfloat16 numbers in pairs, and has the next function.
bool ck_multiplies_bfloat16(void);
// out [rows, columns] = left [rows, depth] times right [depth, columns] + bias [columns] + before [rows, columns], which may be out itself; neither
// where it is NULL. A transposed factor lies as [depth, rows] or [columns, depth]; a factor's rows lie leftRow or rightRow numbers apart, those of
// the result, and of before, outRow floats. A left factor that is
// not transposed and a right one that is are read two numbers at a time: depth and the distance of their rows are even.
// Where left is transposed, rowSums [rows] += the sums of its rows, unless it is NULL. scratch: ck_bfloat16_product_scratch(shape) floats.
typedef struct { size_t rows, depth, columns, leftRow, rightRow, outRow; bool leftTransposed, rightTransposed; } ck_product_shape;
size_t ck_bfloat16_product_scratch(ck_product_shape shape);
void ck_bfloat16_product(ck_product_shape shape, const uint16_t *left, const uint16_t *right, const float *bias, const float *before, float *out, float *rowSums, float *scratch);

// -- Weights as files store them ------------------------------------------------------------------
// Floats of 32 and 16 bits, and the blocks of ggml: 32 weights with a scale (Q8_0, Q4_0) or 256 with scales of their parts (Q4_K, Q6_K).
typedef enum { CK_FLOAT32, CK_BFLOAT16, CK_FLOAT16, CK_Q8_0, CK_Q4_0, CK_Q4_K, CK_Q6_K } ck_stored;
void ck_widen(ck_stored kind, const void *in, float *out, size_t count);          // count: whole blocks
void ck_narrow(ck_stored kind, const float *in, void *out, size_t count);         // not to Q4_K and Q6_K
// out [rows, outWidth], whose rows lie outStride apart, = x [rows, width] times the transpose of weight [outWidth, width], for a few rows: each
// weight is read once for every four of them. With blocks, x is rounded to 8 bits for every 32 of it. scratch: ck_stored_scratch(rows, width) bytes.
size_t ck_stored_scratch(size_t rows, size_t width);
void ck_stored_product(ck_stored kind, const void *weight, size_t outWidth, const float *x, float *out, size_t outStride, size_t rows, size_t width, void *scratch);

// -- Activations: forward, and backward as gradIn (+)= f'(x) * gradOut; what is rounded is not added -
typedef enum {
  CK_RELU, CK_RELU_SQUARED, CK_GELU_TANH, CK_GELU_ERF, CK_SILU, CK_SIGMOID, CK_TANH, CK_EXP, CK_SOFTPLUS
} ck_activation;
void ck_activate(ck_activation kind, const float *x, ck_place out, size_t count);
void ck_activate_backward(ck_activation kind, const float *x, const float *gradOut, ck_place gradIn, size_t count, bool accumulates);
// SwiGLU (Shazeer 2020, 2002.05202): out = silu(gate) * up
void ck_swiglu(const float *gate, const float *up, ck_place out, size_t count);
void ck_swiglu_backward(const float *gate, const float *up, const float *gradOut, float *gradGate, float *gradUp, size_t count, bool accumulates);

// -- Normalisation ---------------------------------------------------------------------------
// RMSNorm (1910.07467): out = x * weight / sqrt(mean(x^2) + epsilon). weight may be NULL (all ones).
// inverse[rows] receives 1 / sqrt(mean(x^2) + epsilon).
void ck_rms_norm(const float *x, const float *weight, float epsilon, ck_place out, float *inverse, size_t rows, size_t width);
// gradX is written or accumulated; gradWeight (may be NULL) is accumulated.
void ck_rms_norm_backward(const float *x, const float *weight, const float *inverse, const float *gradOut, float *gradX, float *gradWeight, size_t rows, size_t width, bool accumulates);
// LayerNorm (1607.06450): out = (x - mean) * inverse * weight + bias; bias may be NULL.
void ck_layer_norm(const float *x, const float *weight, const float *bias, float epsilon, ck_place out, float *mean, float *inverse, size_t rows, size_t width);
void ck_layer_norm_backward(const float *x, const float *weight, const float *mean, const float *inverse, const float *gradOut, float *gradX, float *gradWeight, float *gradBias, size_t rows, size_t width, bool accumulates);
// Softmax of every row; out may alias x.
void ck_softmax(const float *x, float *out, size_t rows, size_t width);
void ck_softmax_backward(const float *probabilities, const float *gradOut, float *gradX, size_t rows, size_t width, bool accumulates);

// -- Rotary embedding (RoFormer, 2104.09864) -----------------------------------------------------------
// x: [rows, heads, headWidth]; row r stands at positions[r]. cosines, sines: [maxPosition, rotatedWidth / 2];
// of each head the first rotatedWidth features rotate, the rest stays.
// interleaved: pairs are (2i, 2i + 1) as in Llama's original release and llama2.c; otherwise
// (i, i + rotatedWidth / 2) as in GPT-NeoX and Hugging Face. direction: +1 forward, -1 backward (inverse rotation).
// out may alias x. When accumulates, the rotated value is added to out.
void ck_rotary(const float *x, const float *cosines, const float *sines, const int32_t *positions, bool interleaved, float direction, float *out, size_t rows, size_t heads, size_t headWidth, size_t rotatedWidth, bool accumulates);

// -- Embedding ---------------------------------------------------------------------------------------------
void ck_gather_rows(const float *table, const int32_t *indices, float *out, size_t count, size_t width);
void ck_scatter_add_rows(const float *gradOut, const int32_t *indices, float *gradTable, size_t count, size_t width);

// -- Cross-entropy with sparse soft targets -------------------------------------------------------------
// Row r has targetsPerRow pairs (ids, weights); its loss is sum_k weights[k] * (logSumExp - logits[ids[k]]).
// A pair with weight 0 is ignored. softcap > 0: logits are replaced by softcap * tanh(logits / softcap).
// losses[rows] and logSumExp[rows] are written; probabilities are never stored.
void ck_cross_entropy(const float *logits, const int32_t *ids, const float *weights, size_t targetsPerRow, float softcap, float *losses, float *logSumExp, size_t rows, size_t width);
// gradLogits = scale * rowGradient[r] * d losses[r] / d logits; gradLogits may alias logits. rowGradient may be NULL (all ones).
void ck_cross_entropy_backward(const float *logits, const int32_t *ids, const float *weights, size_t targetsPerRow, float softcap, const float *logSumExp, const float *rowGradient, float scale, ck_place gradLogits, size_t rows, size_t width);
// The `count` largest logits of each row (as ids, descending) and their softmax probabilities
// (over the whole row). Used for distillation targets. Equal logits: the smaller id first. Places
// beyond the width get id 0 with probability 0.
void ck_top_probabilities(const float *logits, float softcap, size_t count, int32_t *ids, float *probabilities, size_t rows, size_t width);

// -- Fused attention (FlashAttention-2's tiling, 2307.08691) -------------------------------------------------
// query [queries, heads, width]; key, value [keys, keyHeads, width] (rows `keyStride` floats apart, so that a cache with room
// to grow, or some of its heads, can be read in place); slotKeys, slotValues [slots, keyHeads, width] (rows `slotStride`
// floats apart) or NULL when slots == 0. Query row i may see every slot and the context keys j <= i + (keys - queries), of which no more than the
// last `window` where there is one. With a softcap, scaled scores s become softcap * tanh(s / softcap).
// out [queries, heads, width]; logSumExp [heads, queries] is written (natural log of the scaled scores' sum).
// A row that sees no key gets zeros and -infinity. heads is a multiple of keyHeads.
// scratch: ck_attention_scratch(...) floats. No queries x keys matrix is kept: work goes by tiles of rows.
typedef struct {
  size_t queries, keys, slots, heads, keyHeads, width, keyStride, slotStride;
  float scale;     // usually 1 / sqrt(width)
  bool causal;     // false: every query sees every key
  size_t window;   // 0: all keys before; only where causal
  float softcap;   // 0: none
  bool rounded;    // products of queries, keys and values in bfloat16 where the unit can; sums and all else in float32
} ck_attention_shape;
size_t ck_attention_scratch(ck_attention_shape shape);           // floats needed by either pass
void ck_attention(ck_attention_shape shape, const float *query, const float *key, const float *value, const float *slotKeys, const float *slotValues, float *out, float *logSumExp, float *scratch);
// The floats of gradients are added to; those that are NULL, as gradSlot* may be, are not wanted. gradKey and gradValue have rows keyHeads * width apart (no keyStride).
void ck_attention_backward(ck_attention_shape shape, const float *query, const float *key, const float *value, const float *slotKeys, const float *slotValues, const float *out, const float *gradOut, const float *logSumExp, ck_place gradQuery, ck_place gradKey, ck_place gradValue, float *gradSlotKeys, float *gradSlotValues, float *scratch);

// -- Convolution as a matrix product ---------------------------------------------------------------------
// image [channels, height, width] -> columns [channels * kernel * kernel, outHeight * outWidth]; zero padding.
typedef struct { size_t channels, height, width, kernel, stride, padding, outHeight, outWidth; } ck_convolution_shape;
void ck_image_to_columns(ck_convolution_shape shape, const float *image, float *columns);
void ck_columns_to_image(ck_convolution_shape shape, const float *columns, float *image); // accumulates

// -- Causal convolution: every channel along time on its own ------------------------------------------------
// x, out [batch, time, width], taps [count, width]: out[t] = sum_k taps[k] * x[t - k]; before the first row are zeros.
typedef struct { size_t batch, time, width, taps; } ck_causal_shape;
void ck_causal_convolution(ck_causal_shape shape, const float *x, const float *taps, float *out);
void ck_causal_convolution_backward_x(ck_causal_shape shape, const float *taps, const float *gradOut, float *gradX, bool accumulates);
void ck_causal_convolution_backward_taps(ck_causal_shape shape, const float *x, const float *gradOut, float *gradTaps); // accumulates

// -- Linear associative memory -------------------------------------------------------------------------------
// For every batch entry and head a matrix M [keyWidth, valueWidth], written to and read at every step (the delta
// rule of DeltaNet, 2406.06484, gated as in 2412.06464; Hebbian where it does not erase; with the momentum of Titans,
// 2501.00663, where there is an inertia):
//   S_t = inertia_t S_(t-1) + rate_t k_t (v_t - erases * (keep_t M_(t-1))^T k_t)^T
//   M_t = keep_t M_(t-1) + S_t ;  out_t = M_t^T q_t
// query, key [batch, time, heads, keyWidth]; value, out [batch, time, heads, valueWidth]; rate, keep, inertia [batch, time,
// heads]; M and S at both ends [batch, keyWidth, heads, valueWidth]. checkpoints [batch, heads, chunks, keyWidth,
// valueWidth] receive M before every chunk of `chunk` steps; scratch: keyWidth * valueWidth floats. With inertia both
// are twice as large; without, it and all of S are NULL.
typedef struct { size_t batch, time, heads, keyWidth, valueWidth, chunk; bool erases; } ck_memory_shape;
void ck_linear_memory(ck_memory_shape shape, const float *query, const float *key, const float *value, const float *rate, const float *keep, const float *inertia, const float *initial, const float *initialMomentum, float *out, float *last, float *lastMomentum, float *checkpoints, float *scratch);
// All gradients are accumulated. scratch: (chunk + 2) * (M's, and S's, size + valueWidth) floats.
void ck_linear_memory_backward(ck_memory_shape shape, const float *query, const float *key, const float *value, const float *rate, const float *keep, const float *inertia, const float *checkpoints, const float *gradOut, const float *gradLast, const float *gradLastMomentum, float *gradQuery, float *gradKey, float *gradValue, float *gradRate, float *gradKeep, float *gradInertia, float *gradInitial, float *gradInitialMomentum, float *scratch);

// -- Sparse attention ------------------------------------------------------------------------------------------
// Query row t sees the keys up to t + keys - queries. index_select: of these the `kept` with the highest index scores, the sum
// over index heads of weight max(q . k, 0), in the order of their positions; -1 behind them where there are fewer. query
// [queries, heads, width], weight [queries, heads], key [keys, width]; chosen [queries, kept]; scratch: ck_index_scratch floats.
typedef struct { size_t queries, keys, heads, width, kept; } ck_index_shape;
size_t ck_index_scratch(ck_index_shape shape);
void ck_index_select(ck_index_shape shape, const float *query, const float *weight, const float *key, int32_t *chosen, float *scratch);
// Softmax attention over the chosen keys. query, out [queries, heads, width]; key, value [keys, keyHeads, width]; logSumExp
// [queries, heads]; scratch: kept + 16 floats. Gradients are accumulated.
typedef struct { size_t queries, keys, heads, keyHeads, width, kept; float scale; } ck_sparse_shape;
void ck_sparse_attention(ck_sparse_shape shape, const float *query, const float *key, const float *value, const int32_t *chosen, float *out, float *logSumExp, float *scratch);
void ck_sparse_attention_backward(ck_sparse_shape shape, const float *query, const float *key, const float *value, const int32_t *chosen, const float *out, const float *logSumExp, const float *gradOut, float *gradQuery, float *gradKey, float *gradValue);
// Returns the sum over rows of KL(attention, all heads' mean || softmax of the index scores) over the chosen keys, or over all
// that are seen where chosen is NULL, and accumulates its gradients. scratch: 3 * (keys + 16) floats.
double ck_index_lesson(ck_index_shape shape, ck_sparse_shape attention, const float *indexQuery, const float *indexWeight, const float *indexKey, const float *query, const float *key, const int32_t *chosen, float *gradQuery, float *gradWeight, float *gradKey, float *scratch);

// -- Optimizers ------------------------------------------------------------------------------------------------
// AdamW (1711.05101), one pass. gradient is multiplied by gradientScale first. biasCorrection1 = 1 - beta1^t etc.
typedef struct { float learningRate, beta1, beta2, epsilon, weightDecay, gradientScale, biasCorrection1, biasCorrection2; } ck_adamw_step;
void ck_adamw(ck_adamw_step step, float *value, float *firstMoment, float *secondMoment, const float *gradient, size_t count);

#endif
