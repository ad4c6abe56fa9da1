// Weights as files store them: 16-bit floats, and blocks of small integers that share a scale (the formats of ggml,
// https://github.com/ggml-org/ggml). A row of weights is read once and multiplied by all rows of x. Rows of x are rounded to
// blocks of 32 signed bytes for products with blocks, as ggml does it: sums of products of bytes are exact.

// Everything here is inlined: how such vectors would be passed does not matter.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

typedef uint8_t vb __attribute__((ext_vector_type(32)));
typedef uint8_t vb_half __attribute__((ext_vector_type(16)));
typedef int8_t vs __attribute__((ext_vector_type(32)));
typedef int32_t vi8 __attribute__((ext_vector_type(8)));
typedef float vf8w __attribute__((ext_vector_type(8)));

#define BLOCK 32
#define SUPERBLOCK 256

// Bytes of `count` weights, which are whole blocks.
INLINE size_t stored_bytes(ck_stored kind, size_t count) {
  switch (kind) {
    case CK_FLOAT32: return count * 4;
    case CK_BFLOAT16: case CK_FLOAT16: return count * 2;
    case CK_Q8_0: return count / BLOCK * 34;
    case CK_Q4_0: return count / BLOCK * 18;
    case CK_Q4_K: return count / SUPERBLOCK * 144;
    case CK_Q6_K: return count / SUPERBLOCK * 210;
  }
  return 0;
}

INLINE vb load_bytes(const void *p) {
  vb v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

INLINE float half_at(const void *p) {
  uint16_t h;
  __builtin_memcpy(&h, p, sizeof h);
#if LANES > 4
  return _cvtsh_ss(h);
#else
  const uint32_t magnitude = (uint32_t)(h & 0x7fff) << 13;
  float value;
  __builtin_memcpy(&value, &magnitude, sizeof value);
  value *= 0x1p112f;
  if ((h & 0x7c00) == 0x7c00) {
    const uint32_t special = magnitude | 0x7f800000u;
    __builtin_memcpy(&value, &special, sizeof value);
  }
  return h & 0x8000 ? -value : value;
#endif
}

// 32 weights of a block as scale * (number - zero) - offset; the last sixteen have a scale of their own in Q6_K.
typedef struct {
  vb numbers;
  float scale, secondScale, offset;
} unpacked;

// What stands for no weight among the numbers of a kind, which have no sign.
INLINE int zero_number(const ck_stored kind) {
  return kind == CK_Q8_0 ? 128 : kind == CK_Q4_0 ? 8 : kind == CK_Q6_K ? 32 : 0;
}

// The 6-bit scale and minimum of sub-block `index` of a Q4_K block.
INLINE void q4_k_scale(const uint8_t *packed, int index, uint8_t *scale, uint8_t *minimum) {
  if (index < 4) {
    *scale = packed[index] & 63;
    *minimum = packed[index + 4] & 63;
  } else {
    *scale = (packed[index + 4] & 15) | (packed[index - 4] >> 6) << 4;
    *minimum = (packed[index + 4] >> 4) | (packed[index] >> 6) << 4;
  }
}

// Block `index` of 32 weights of a row.
INLINE unpacked unpack(const ck_stored kind, const uint8_t *row, size_t index) {
  unpacked block = {.offset = 0};
  if (kind == CK_Q8_0) {
    const uint8_t *at = row + index * 34;
    block.numbers = load_bytes(at + 2) ^ 0x80;
    block.scale = block.secondScale = half_at(at);
  } else if (kind == CK_Q4_0) {
    const uint8_t *at = row + index * 18;
    vb_half pairs;
    __builtin_memcpy(&pairs, at + 2, sizeof pairs);
    block.numbers.lo = pairs & 15;
    block.numbers.hi = pairs >> 4;
    block.scale = block.secondScale = half_at(at);
  } else if (kind == CK_Q4_K) {
    const uint8_t *at = row + index / 8 * 144;
    const int sub = (int)(index % 8);
    const vb pair = load_bytes(at + 16 + sub / 2 * 32);
    uint8_t scale, minimum;
    q4_k_scale(at + 4, sub, &scale, &minimum);
    block.numbers = sub % 2 ? pair >> 4 : pair & 15;
    block.scale = block.secondScale = half_at(at) * scale;
    block.offset = half_at(at + 2) * minimum;
  } else {
    const uint8_t *at = row + index / 8 * 210;
    const int sub = (int)(index % 8), part = sub % 4;
    const vb low = load_bytes(at + sub / 4 * 64 + part % 2 * 32);
    const vb high = load_bytes(at + 128 + sub / 4 * 32);
    const vb four = part < 2 ? low & 15 : low >> 4;
    const vb two = (high >> (uint8_t)(2 * part)) & 3;
    block.numbers = four | two << 4;
    const int8_t *scales = (const int8_t *)at + 192 + sub / 4 * 8 + part * 2;
    const float whole = half_at(at + 208);
    block.scale = whole * scales[0];
    block.secondScale = whole * scales[1];
  }
  return block;
}

INLINE void widen_blocks(const ck_stored kind, const uint8_t *in, float *out, size_t count) {
  for (size_t b = 0; b < count / BLOCK; b++, out += BLOCK) {
    const unpacked block = unpack(kind, in, b);
    for (int i = 0; i < BLOCK; i++) {
      const float scale = i < 16 ? block.scale : block.secondScale;
      out[i] = scale * (float)(block.numbers[i] - zero_number(kind)) - block.offset;
    }
  }
}

static void k_widen(ck_stored kind, const void *in, float *out, size_t count) {
  switch (kind) {
    case CK_FLOAT32: memcpy(out, in, count * sizeof *out); break;
    case CK_BFLOAT16: k_bfloat16_to_float(in, out, count); break;
    case CK_FLOAT16: k_half_to_float(in, out, count); break;
    case CK_Q8_0: widen_blocks(CK_Q8_0, in, out, count); break;
    case CK_Q4_0: widen_blocks(CK_Q4_0, in, out, count); break;
    case CK_Q4_K: widen_blocks(CK_Q4_K, in, out, count); break;
    case CK_Q6_K: widen_blocks(CK_Q6_K, in, out, count); break;
  }
}

INLINE float larger_size(float x, float other) {
  const float size = x < 0 ? -x : x;
  return size > other ? size : other;
}

// To nearest, ties to even; what is too large becomes infinity.
INLINE uint16_t half_of(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  const uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return (uint16_t)(sign | 0x7e00);
  if (magnitude >= 0x477ff000u) return (uint16_t)(sign | 0x7c00);
  if (magnitude < 0x38800000u) {
    // Subnormal: adding 0.5 leaves the multiples of 2^-24 in the low bits.
    float value;
    __builtin_memcpy(&value, &magnitude, sizeof value);
    value += 0.5f;
    __builtin_memcpy(&bits, &value, sizeof bits);
    return (uint16_t)(sign | (bits - 0x3f000000u));
  }
  const uint32_t rebiased = magnitude - 0x38000000u;
  return (uint16_t)(sign | (rebiased + 0xfff + (rebiased >> 13 & 1)) >> 13);
}

// Blocks as ggml's reference quantises them.
static void narrow_to_q8_0(const float *in, uint8_t *out, size_t count) {
  for (size_t b = 0; b < count / BLOCK; b++, in += BLOCK, out += 34) {
    float largest = 0;
    for (int i = 0; i < BLOCK; i++) largest = larger_size(in[i], largest);
    const float scale = largest / 127, inverse = scale > 0 ? 1 / scale : 0;
    const uint16_t half = half_of(scale);
    __builtin_memcpy(out, &half, sizeof half);
    for (int i = 0; i < BLOCK; i++) out[2 + i] = (uint8_t)(int8_t)roundf(in[i] * inverse);
  }
}

// The number that is largest without its sign becomes -8.
static void narrow_to_q4_0(const float *in, uint8_t *out, size_t count) {
  for (size_t b = 0; b < count / BLOCK; b++, in += BLOCK, out += 18) {
    float extreme = 0;
    for (int i = 0; i < BLOCK; i++) {
      if (larger_size(in[i], 0) > larger_size(extreme, 0)) extreme = in[i];
    }
    const float scale = extreme / -8, inverse = scale != 0 ? 1 / scale : 0;
    const uint16_t half = half_of(scale);
    __builtin_memcpy(out, &half, sizeof half);
    for (int i = 0; i < 16; i++) {
      const int low = (int)(in[i] * inverse + 8.5f), high = (int)(in[16 + i] * inverse + 8.5f);
      out[2 + i] = (uint8_t)((low < 15 ? low : 15) | (high < 15 ? high : 15) << 4);
    }
  }
}

static void k_narrow(ck_stored kind, const float *in, void *out, size_t count) {
  switch (kind) {
    case CK_FLOAT32: memcpy(out, in, count * sizeof *in); break;
    case CK_BFLOAT16: k_float_to_bfloat16(in, out, count); break;
    case CK_FLOAT16:
      for (size_t i = 0; i < count; i++) ((uint16_t *)out)[i] = half_of(in[i]);
      break;
    case CK_Q8_0: narrow_to_q8_0(in, out, count); break;
    case CK_Q4_0: narrow_to_q4_0(in, out, count); break;
    case CK_Q4_K: case CK_Q6_K: break;
  }
}

// A row of x in blocks: 32 bytes, their scale, scale times their sum, and what corrects for the zero of the weights' numbers
// in each of eight sums of four products.
typedef struct {
  int8_t numbers[BLOCK];
  int32_t start[8];
  float scale, sum;
} byte_block;

_Static_assert(sizeof(byte_block) == BYTE_BLOCK_SIZE, "ck_stored_scratch counts on it");

typedef int8_t vc __attribute__((ext_vector_type(LANES)));

// 32 numbers as whole ones from -127 to 127; returns what each of these stands for.
INLINE float whole_numbers_of(const float *x, int8_t numbers[BLOCK]) {
  vf largest = 0;
  for (size_t i = 0; i < BLOCK; i += LANES) largest = max_v(abs_v(load(x + i)), largest);
  const float most = reduce_max(largest);
  const vf inverse = most > 0 ? 127 / most : 0;
  for (size_t i = 0; i < BLOCK; i += LANES) {
    // Adding 1.5 * 2^23 rounds to a whole number.
    const vf whole = load(x + i) * inverse + 12582912.0f - 12582912.0f;
    const vc narrow = __builtin_convertvector(__builtin_convertvector(whole, vi), vc);
    __builtin_memcpy(numbers + i, &narrow, sizeof narrow);
  }
  return most / 127;
}

static void bytes_of(const float *x, byte_block *out, size_t width, int zero) {
  for (size_t b = 0; b < width / BLOCK; b++, x += BLOCK, out++) {
    out->scale = whole_numbers_of(x, out->numbers);
    int32_t sum = 0;
    for (int lane = 0; lane < 8; lane++) {
      int32_t four = 0;
      for (int i = 4 * lane; i < 4 * lane + 4; i++) four += out->numbers[i];
      out->start[lane] = -zero * four;
      sum += four;
    }
    out->sum = out->scale * (float)sum;
  }
}

// Eight sums of four products each of (number - zero) by x, which are exact.
INLINE vi8 dot_block(const ck_stored kind, vb numbers, const byte_block *x) {
  vs other;
  vi8 sums;
  __builtin_memcpy(&other, x->numbers, sizeof other);
  __builtin_memcpy(&sums, x->start, sizeof sums);
#if defined(VNNI)
  return (vi8)_mm256_dpbusd_epi32((__m256i)sums, (__m256i)numbers, (__m256i)other);
#elif LANES > 4
  const __m256i ones = _mm256_set1_epi16(1);
  if (kind == CK_Q8_0) {
    // Pairs of products of 255 would not fit into 16 bits. |w| is at most 128 and |x| at most 127, which do.
    const __m256i weights = (__m256i)(numbers ^ 0x80);
    const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(weights),
                                               _mm256_sign_epi8((__m256i)other, weights));
    return (vi8)_mm256_madd_epi16(pairs, ones);
  }
  return sums + (vi8)_mm256_madd_epi16(_mm256_maddubs_epi16((__m256i)numbers, (__m256i)other), ones);
#else
  for (int i = 0; i < BLOCK; i++) sums[i / 4] += (int32_t)numbers[i] * other[i];
  return sums;
#endif
}

// A row of weights by up to so many rows of x, each with two sums that do not wait for one another, in registers. Rows of
// weights are taken one after the other: memory is read ahead only along a single line.
#define TILE_X 4
#define CHAINS 2

// out[r] = weights . x[r], x in blocks.
INLINE void dot_blocks(const ck_stored kind, const uint8_t *weights, const byte_block *x,
                       const size_t rows, size_t width, float *out, size_t outStride) {
  const size_t blocks = width / BLOCK;
  vf8w sums[TILE_X][CHAINS];
  float offsets[TILE_X];
  for (size_t r = 0; r < rows; r++) {
    sums[r][0] = sums[r][1] = 0;
    offsets[r] = 0;
  }
  for (size_t b = 0; b < blocks; b += CHAINS) {
    for (size_t c = 0; c < CHAINS; c++) {
      if (b + c == blocks) break;
      const unpacked block = unpack(kind, weights, b + c);
      vf8w scales = block.scale;
      if (kind == CK_Q6_K) scales.hi = block.secondScale;
      for (size_t r = 0; r < rows; r++) {
        const byte_block *one = x + r * blocks + b + c;
        const vi8 dots = dot_block(kind, block.numbers, one);
        sums[r][c] += __builtin_convertvector(dots, vf8w) * (scales * one->scale);
        if (kind == CK_Q4_K) offsets[r] += block.offset * one->sum;
      }
    }
  }
  for (size_t r = 0; r < rows; r++) {
    const vf8w sum = sums[r][0] + sums[r][1];
    const vf4 four = sum.lo + sum.hi;
    out[r * outStride] = (four.x + four.y) + (four.z + four.w) - offsets[r];
  }
}

#if defined(VNNI)

// Two blocks of a row of x as products with Q4_0 take them: the halves of a block lie apart, as its nibbles do, and four sums
// of eight products each belong to a block.
typedef struct {
  int8_t low[2][BLOCK / 2], high[2][BLOCK / 2];
  int32_t start[8];
  float scale[2];
} nibble_pair;

_Static_assert(sizeof(nibble_pair) <= 2 * BYTE_BLOCK_SIZE, "ck_stored_scratch counts on it");

static void nibble_pairs_of(const float *x, nibble_pair *out, size_t width) {
  const __m256i eight = _mm256_set1_epi8(8);
  for (size_t b = 0; b < width / BLOCK; b += 2, out++) {
    for (size_t c = 0; c < 2; c++) {
      int8_t numbers[BLOCK] = {0};
      out->scale[c] = (b + c) * BLOCK < width ? whole_numbers_of(x + (b + c) * BLOCK, numbers) : 0;
      memcpy(out->low[c], numbers, BLOCK / 2);
      memcpy(out->high[c], numbers + BLOCK / 2, BLOCK / 2);
    }
    const __m256i nothing = _mm256_setzero_si256();
    const __m256i low = _mm256_loadu_si256((const __m256i *)out->low);
    const __m256i high = _mm256_loadu_si256((const __m256i *)out->high);
    const __m256i sums = _mm256_dpbusd_epi32(_mm256_dpbusd_epi32(nothing, eight, low), eight, high);
    _mm256_storeu_si256((__m256i *)out->start, _mm256_sub_epi32(nothing, sums));
  }
}

// Two blocks of Q4_0, or the last one and zeros: their nibbles, and their scales in the first two places.
INLINE __m256i load_nibbles(const uint8_t *at, bool both, __m128 *scales) {
  uint16_t first, second = 0;
  __builtin_memcpy(&first, at, sizeof first);
  if (both) __builtin_memcpy(&second, at + 18, sizeof second);
  *scales = _mm_cvtph_ps(_mm_insert_epi16(_mm_cvtsi32_si128(first), second, 1));
  const __m128i one = _mm_loadu_si128((const __m128i *)(at + 2));
  const __m128i other = both ? _mm_loadu_si128((const __m128i *)(at + 20)) : _mm_setzero_si128();
  return _mm256_set_m128i(other, one);
}

// out[r] = weights . x[r], weights in Q4_0.
INLINE void dot_nibbles(const uint8_t *weights, const nibble_pair *x, const size_t rows,
                        size_t width, float *out, size_t outStride) {
  const size_t blocks = width / BLOCK, pairs = (blocks + 1) / 2;
  const __m256i mask = _mm256_set1_epi8(15);
  const __m256i spread = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1);
  __m256 sums[TILE_X][CHAINS];
  for (size_t r = 0; r < rows; r++) sums[r][0] = sums[r][1] = _mm256_setzero_ps();
  for (size_t p = 0; p < pairs; p += CHAINS) {
    for (size_t c = 0; c < CHAINS; c++) {
      if (p + c == pairs) break;
      __m128 scales;
      const bool both = 2 * (p + c) + 1 < blocks;
      const __m256i packed = load_nibbles(weights + (p + c) * 36, both, &scales);
      const __m256i low = _mm256_and_si256(packed, mask);
      const __m256i high = _mm256_and_si256(_mm256_srli_epi16(packed, 4), mask);
      for (size_t r = 0; r < rows; r++) {
        const nibble_pair *one = x + r * pairs + p + c;
        __m256i dots = _mm256_loadu_si256((const __m256i *)one->start);
        dots = _mm256_dpbusd_epi32(dots, low, _mm256_loadu_si256((const __m256i *)one->low));
        dots = _mm256_dpbusd_epi32(dots, high, _mm256_loadu_si256((const __m256i *)one->high));
        const __m128 x_scales = _mm_castpd_ps(_mm_load_sd((const double *)one->scale));
        const __m256 products = _mm256_castps128_ps256(_mm_mul_ps(scales, x_scales));
        sums[r][c] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dots),
                                     _mm256_permutevar8x32_ps(products, spread), sums[r][c]);
      }
    }
  }
  for (size_t r = 0; r < rows; r++) {
    const vf8w sum = (vf8w)(sums[r][0] + sums[r][1]);
    const vf4 four = sum.lo + sum.hi;
    out[r * outStride] = (four.x + four.y) + (four.z + four.w);
  }
}

#endif

// Row `row` of x in the blocks that products with weights of a kind take.
INLINE void round_row(ck_stored kind, const float *x, size_t width, size_t row, void *scratch) {
  const size_t blocks = width / BLOCK;
#if defined(VNNI)
  if (kind == CK_Q4_0) {
    nibble_pairs_of(x, (nibble_pair *)scratch + row * ((blocks + 1) / 2), width);
    return;
  }
#endif
  bytes_of(x, (byte_block *)scratch + row * blocks, width, zero_number(kind));
}

// LANES floats from position `i` of a row of weights.
INLINE vf wide_weights(const ck_stored kind, const uint8_t *row, size_t i) {
  if (kind == CK_FLOAT32) return load((const float *)row + i);
  const vh bits = load_u16((const uint16_t *)row + i);
  return kind == CK_BFLOAT16 ? BITS(vf, __builtin_convertvector(bits, vu) << 16)
                             : half_to_float(bits);
}

// The same of floats of 32 or 16 bits by rows of x as they are.
INLINE void dot_floats(const ck_stored kind, const uint8_t *weights, const float *x,
                       const size_t rows, size_t width, float *out, size_t outStride) {
  vf sums[TILE_X][CHAINS];
  for (size_t r = 0; r < rows; r++) sums[r][0] = sums[r][1] = 0;
  size_t i = 0;
  for (; i + LANES * CHAINS <= width; i += LANES * CHAINS) {
    for (size_t c = 0; c < CHAINS; c++) {
      const size_t at = i + c * LANES;
      const vf wide = wide_weights(kind, weights, at);
      for (size_t r = 0; r < rows; r++) {
        sums[r][c] = fma_v(wide, load(x + r * width + at), sums[r][c]);
      }
    }
  }
  const size_t bytes = stored_bytes(kind, 1);
  for (size_t r = 0; r < rows; r++) {
    float sum = reduce_sum(sums[r][0] + sums[r][1]);
    for (size_t j = i; j < width; j++) {
      float wide;
      k_widen(kind, weights + j * bytes, &wide, 1);
      sum += wide * x[r * width + j];
    }
    out[r * outStride] = sum;
  }
}

// What is multiplied; x in blocks where the weights are.
typedef struct {
  const uint8_t *weights;
  size_t width;
  const float *x;
  const void *blocks;
  float *out;
  size_t outStride;
} stored_operands;

INLINE void dot_tile(const ck_stored kind, const stored_operands *of, size_t output, size_t first,
                     const size_t rows) {
  const uint8_t *weights = of->weights + output * stored_bytes(kind, of->width);
  float *out = of->out + first * of->outStride + output;
  if (kind == CK_FLOAT32 || kind == CK_BFLOAT16 || kind == CK_FLOAT16) {
    dot_floats(kind, weights, of->x + first * of->width, rows, of->width, out, of->outStride);
    return;
  }
  const size_t blocks = of->width / BLOCK;
#if defined(VNNI)
  if (kind == CK_Q4_0) {
    const nibble_pair *pairs = of->blocks;
    dot_nibbles(weights, pairs + first * ((blocks + 1) / 2), rows, of->width, out, of->outStride);
    return;
  }
#endif
  const byte_block *of_x = of->blocks;
  dot_blocks(kind, weights, of_x + first * blocks, rows, of->width, out, of->outStride);
}

INLINE void stored_product(const ck_stored kind, const stored_operands *of, size_t outWidth,
                           size_t rows) {
  for (size_t o = 0; o < outWidth; o++) {
    for (size_t r = 0; r < rows; r += TILE_X) {
      switch (rows - r) {
        case 1: dot_tile(kind, of, o, r, 1); break;
        case 2: dot_tile(kind, of, o, r, 2); break;
        case 3: dot_tile(kind, of, o, r, 3); break;
        default: dot_tile(kind, of, o, r, TILE_X); break;
      }
    }
  }
}

static void k_stored_product(ck_stored kind, const void *weight, size_t outWidth, const float *x,
                             float *out, size_t outStride, size_t rows, size_t width,
                             void *scratch) {
  const stored_operands operands = {
    .weights = weight, .width = width, .x = x, .blocks = scratch, .out = out, .outStride = outStride};
  if (kind != CK_FLOAT32 && kind != CK_BFLOAT16 && kind != CK_FLOAT16) {
    for (size_t r = 0; r < rows; r++) round_row(kind, x + r * width, width, r, scratch);
  }
  switch (kind) {
    case CK_FLOAT32: stored_product(CK_FLOAT32, &operands, outWidth, rows); break;
    case CK_BFLOAT16: stored_product(CK_BFLOAT16, &operands, outWidth, rows); break;
    case CK_FLOAT16: stored_product(CK_FLOAT16, &operands, outWidth, rows); break;
    case CK_Q8_0: stored_product(CK_Q8_0, &operands, outWidth, rows); break;
    case CK_Q4_0: stored_product(CK_Q4_0, &operands, outWidth, rows); break;
    case CK_Q4_K: stored_product(CK_Q4_K, &operands, outWidth, rows); break;
    case CK_Q6_K: stored_product(CK_Q6_K, &operands, outWidth, rows); break;
  }
}

#pragma clang diagnostic pop
