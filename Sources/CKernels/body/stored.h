// Weights as files store them: 16-bit floats, and blocks of small integers that share a scale (the formats of ggml,
// https://github.com/ggml-org/ggml). A row of weights is read once and multiplied by all rows of x. Rows of x are rounded to
// blocks of 32 signed bytes for products with blocks, as ggml does it: sums of products of bytes are exact.

// Everything here is inlined: how such vectors would be passed does not matter.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

typedef uint8_t vb __attribute__((ext_vector_type(32)));
typedef int8_t vs __attribute__((ext_vector_type(32)));
typedef int32_t vi8 __attribute__((ext_vector_type(8)));
typedef float vf8w __attribute__((ext_vector_type(8)));

#define BLOCK 32
#define SUPERBLOCK 256

// Bytes of `count` weights, which are whole blocks.
INLINE size_t stored_bytes(ck_stored kind, size_t count) {
  switch (kind) {
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
  const uint32_t magnitude = (uint32_t)(h & 0x7fff) << 13;
  float value;
  __builtin_memcpy(&value, &magnitude, sizeof value);
  value *= 0x1p112f;
  if ((h & 0x7c00) == 0x7c00) {
    const uint32_t special = magnitude | 0x7f800000u;
    __builtin_memcpy(&value, &special, sizeof value);
  }
  return h & 0x8000 ? -value : value;
}

// Eight sums of four products each: of bytes without a sign by signed ones, and of signed by signed ones.
INLINE vi8 dot_unsigned(vb weights, vs x) {
#if defined(VNNI)
  return (vi8)_mm256_dpbusd_epi32(_mm256_setzero_si256(), (__m256i)weights, (__m256i)x);
#elif LANES > 4
  const __m256i pairs = _mm256_maddubs_epi16((__m256i)weights, (__m256i)x);
  return (vi8)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
#else
  vi8 sums;
  for (int lane = 0; lane < 8; lane++) {
    int32_t sum = 0;
    for (int i = 4 * lane; i < 4 * lane + 4; i++) sum += (int32_t)weights[i] * x[i];
    sums[lane] = sum;
  }
  return sums;
#endif
}

INLINE vi8 dot_signed(vs weights, vs x) {
#if LANES > 4
  // |w| is at most 128 and |x| at most 127: a pair of products stays within 16 bits.
  return dot_unsigned((vb)_mm256_abs_epi8((__m256i)weights),
                      (vs)_mm256_sign_epi8((__m256i)x, (__m256i)weights));
#else
  vi8 sums;
  for (int lane = 0; lane < 8; lane++) {
    int32_t sum = 0;
    for (int i = 4 * lane; i < 4 * lane + 4; i++) sum += (int32_t)weights[i] * x[i];
    sums[lane] = sum;
  }
  return sums;
#endif
}

// 32 weights of a block as scale * number - offset; the last sixteen have a scale of their own in Q6_K.
typedef struct {
  vs numbers;
  float scale, secondScale, offset;
} unpacked;

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
    block.numbers = (vs)load_bytes(at + 2);
    block.scale = block.secondScale = half_at(at);
  } else if (kind == CK_Q4_0) {
    const uint8_t *at = row + index * 18;
    uint8_t bytes[32];
    for (int i = 0; i < 16; i++) {
      bytes[i] = at[2 + i] & 15;
      bytes[16 + i] = at[2 + i] >> 4;
    }
    block.numbers = (vs)load_bytes(bytes) - 8;
    block.scale = block.secondScale = half_at(at);
  } else if (kind == CK_Q4_K) {
    const uint8_t *at = row + index / 8 * 144;
    const int sub = (int)(index % 8);
    const vb pair = load_bytes(at + 16 + sub / 2 * 32);
    uint8_t scale, minimum;
    q4_k_scale(at + 4, sub, &scale, &minimum);
    block.numbers = (vs)(sub % 2 ? pair >> 4 : pair & 15);
    block.scale = block.secondScale = half_at(at) * scale;
    block.offset = half_at(at + 2) * minimum;
  } else {
    const uint8_t *at = row + index / 8 * 210;
    const int sub = (int)(index % 8), part = sub % 4;
    const vb low = load_bytes(at + sub / 4 * 64 + part % 2 * 32);
    const vb high = load_bytes(at + 128 + sub / 4 * 32);
    const vb four = part < 2 ? low & 15 : low >> 4;
    const vb two = (high >> (uint8_t)(2 * part)) & 3;
    block.numbers = (vs)(four | two << 4) - 32;
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
      out[i] = (i < 16 ? block.scale : block.secondScale) * block.numbers[i] - block.offset;
    }
  }
}

static void k_widen(ck_stored kind, const void *in, float *out, size_t count) {
  switch (kind) {
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
    case CK_BFLOAT16: k_float_to_bfloat16(in, out, count); break;
    case CK_FLOAT16:
      for (size_t i = 0; i < count; i++) ((uint16_t *)out)[i] = half_of(in[i]);
      break;
    case CK_Q8_0: narrow_to_q8_0(in, out, count); break;
    case CK_Q4_0: narrow_to_q4_0(in, out, count); break;
    case CK_Q4_K: case CK_Q6_K: break;
  }
}

// A row of x in blocks: 32 bytes, their scale, and scale times their sum.
typedef struct {
  int8_t numbers[BLOCK];
  float scale, sum;
} byte_block;

static void bytes_of(const float *x, byte_block *out, size_t width) {
  for (size_t b = 0; b < width / BLOCK; b++, x += BLOCK, out++) {
    float largest = 0;
    for (int i = 0; i < BLOCK; i++) largest = larger_size(x[i], largest);
    const float scale = largest / 127, inverse = largest > 0 ? 127 / largest : 0;
    int32_t sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      // Adding 1.5 * 2^23 rounds to a whole number.
      const float shifted = x[i] * inverse + 12582912.0f;
      const int32_t number = (int32_t)(shifted - 12582912.0f);
      out->numbers[i] = (int8_t)number;
      sum += number;
    }
    out->scale = scale;
    out->sum = scale * (float)sum;
  }
}

#define STORED_ROWS 8

// out[r] = weights . x[r] for up to STORED_ROWS rows of x in blocks.
INLINE void dot_blocks(const ck_stored kind, const uint8_t *weights, const byte_block *x,
                       size_t rows, size_t width, float *out, size_t outRow) {
  const size_t blocks = width / BLOCK;
  vf8w sums[STORED_ROWS];
  float offsets[STORED_ROWS];
  for (size_t r = 0; r < rows; r++) {
    sums[r] = 0;
    offsets[r] = 0;
  }
  for (size_t b = 0; b < blocks; b++) {
    const unpacked block = unpack(kind, weights, b);
    vf8w scales = block.scale;
    if (kind == CK_Q6_K) scales.hi = block.secondScale;
    for (size_t r = 0; r < rows; r++) {
      const byte_block *one = x + r * blocks + b;
      vs numbers;
      __builtin_memcpy(&numbers, one->numbers, sizeof numbers);
      const vi8 dots = kind == CK_Q4_K ? dot_unsigned((vb)block.numbers, numbers)
                                       : dot_signed(block.numbers, numbers);
      sums[r] += __builtin_convertvector(dots, vf8w) * (scales * one->scale);
      if (kind == CK_Q4_K) offsets[r] += block.offset * one->sum;
    }
  }
  for (size_t r = 0; r < rows; r++) {
    const vf4 four = sums[r].lo + sums[r].hi;
    out[r * outRow] = (four.x + four.y) + (four.z + four.w) - offsets[r];
  }
}

// The same of 16-bit floats by rows of x as they are.
INLINE void dot_halves(const bool isBrain, const uint16_t *weights, const float *x, size_t rows,
                       size_t width, float *out, size_t outRow) {
  vf sums[STORED_ROWS];
  for (size_t r = 0; r < rows; r++) sums[r] = 0;
  size_t i = 0;
  for (; i + LANES <= width; i += LANES) {
    const vh bits = load_u16(weights + i);
    const vf wide =
      isBrain ? BITS(vf, __builtin_convertvector(bits, vu) << 16) : half_to_float(bits);
    for (size_t r = 0; r < rows; r++) sums[r] = fma_v(wide, load(x + r * width + i), sums[r]);
  }
  for (size_t r = 0; r < rows; r++) {
    float sum = reduce_sum(sums[r]);
    for (size_t j = i; j < width; j++) {
      float wide;
      k_widen(isBrain ? CK_BFLOAT16 : CK_FLOAT16, weights + j, &wide, 1);
      sum += wide * x[r * width + j];
    }
    out[r * outRow] = sum;
  }
}

// One row alone, the usual case, keeps its sum in a register.
#define EACH_STORED_ROW(call) \
  for (size_t o = 0; o < outWidth; o++, weights += stride) { \
    if (rows == 1) { \
      const size_t count = 1; \
      call; \
    } else { \
      const size_t count = rows; \
      call; \
    } \
  }

static void k_stored_product(ck_stored kind, const void *weight, size_t outWidth, const float *x,
                             float *out, size_t outStride, size_t rows, size_t width,
                             void *scratch) {
  const uint8_t *weights = weight;
  const size_t stride = stored_bytes(kind, width);
  byte_block *blocks = scratch;
  if (kind != CK_BFLOAT16 && kind != CK_FLOAT16) {
    for (size_t r = 0; r < rows; r++) {
      bytes_of(x + r * width, blocks + r * (width / BLOCK), width);
    }
  }
  switch (kind) {
    case CK_BFLOAT16:
      EACH_STORED_ROW(dot_halves(true, (const uint16_t *)weights, x, count, width, out + o, outStride))
      break;
    case CK_FLOAT16:
      EACH_STORED_ROW(dot_halves(false, (const uint16_t *)weights, x, count, width, out + o, outStride))
      break;
    case CK_Q8_0:
      EACH_STORED_ROW(dot_blocks(CK_Q8_0, weights, blocks, count, width, out + o, outStride))
      break;
    case CK_Q4_0:
      EACH_STORED_ROW(dot_blocks(CK_Q4_0, weights, blocks, count, width, out + o, outStride))
      break;
    case CK_Q4_K:
      EACH_STORED_ROW(dot_blocks(CK_Q4_K, weights, blocks, count, width, out + o, outStride))
      break;
    case CK_Q6_K:
      EACH_STORED_ROW(dot_blocks(CK_Q6_K, weights, blocks, count, width, out + o, outStride))
      break;
  }
}

#pragma clang diagnostic pop
