// Rotates pairs of features by their position's angles.

#if LANES == 16
#define EVEN_LANES 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODD_LANES 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#elif LANES == 8
#define EVEN_LANES 0, 2, 4, 6, 8, 10, 12, 14
#define ODD_LANES 1, 3, 5, 7, 9, 11, 13, 15
#else
#define EVEN_LANES 0, 2, 4, 6
#define ODD_LANES 1, 3, 5, 7
#endif

INLINE void rotate_halves(const float *x, const float *cosines, const float *sines,
                          float direction, float *out, size_t half, bool accumulates) {
  EACH_VECTOR(i, half, {
    const vf a = GET(x + i), b = GET(x + half + i), c = GET(cosines + i);
    const vf s = GET(sines + i) * direction;
    vf first = a * c - b * s, second = b * c + a * s;
    if (accumulates) {
      first += GET(out + i);
      second += GET(out + half + i);
    }
    PUT(out + i, first);
    PUT(out + half + i, second);
  });
}

INLINE void rotate_neighbours(const float *x, const float *cosines, const float *sines,
                              float direction, float *out, size_t half, bool accumulates) {
  size_t i = 0;
  for (; i + LANES <= half; i += LANES) {
    const vf v = load(x + 2 * i), w = load(x + 2 * i + LANES);
    const vf a = __builtin_shufflevector(v, w, EVEN_LANES);
    const vf b = __builtin_shufflevector(v, w, ODD_LANES);
    const vf c = load(cosines + i), s = load(sines + i) * direction;
    const vf first = a * c - b * s, second = b * c + a * s;
    vf low = __builtin_shufflevector(first, second, INTERLEAVE_LOW);
    vf high = __builtin_shufflevector(first, second, INTERLEAVE_HIGH);
    if (accumulates) {
      low += load(out + 2 * i);
      high += load(out + 2 * i + LANES);
    }
    store(out + 2 * i, low);
    store(out + 2 * i + LANES, high);
  }
  for (; i < half; i++) {
    const float a = x[2 * i], b = x[2 * i + 1], c = cosines[i], s = sines[i] * direction;
    const float first = a * c - b * s, second = b * c + a * s;
    out[2 * i] = accumulates ? out[2 * i] + first : first;
    out[2 * i + 1] = accumulates ? out[2 * i + 1] + second : second;
  }
}

static void k_rotary(const float *x, const float *cosines, const float *sines,
                     const int32_t *positions, bool interleaved, float direction, float *out,
                     size_t rows, size_t heads, size_t headWidth, size_t rotatedWidth,
                     bool accumulates) {
  const size_t half = rotatedWidth / 2;
  for (size_t r = 0; r < rows; r++) {
    const float *c = cosines + (size_t)positions[r] * half;
    const float *s = sines + (size_t)positions[r] * half;
    for (size_t h = 0; h < heads; h++, x += headWidth, out += headWidth) {
      if (interleaved) {
        rotate_neighbours(x, c, s, direction, out, half, accumulates);
      } else {
        rotate_halves(x, c, s, direction, out, half, accumulates);
      }
      EACH_VECTOR(i, headWidth - rotatedWidth, {
        const vf rest = GET(x + rotatedWidth + i);
        PUT(out + rotatedWidth + i, accumulates ? rest + GET(out + rotatedWidth + i) : rest);
      });
    }
  }
}
