// Attention by tiles of query rows (FlashAttention-2, 2307.08691): one head's scores for a tile are
// held at a time. Slots and context keys are packed side by side, so that a row's visible keys are
// always a prefix.

INLINE float *aligned_scratch(float *scratch) {
  return (float *)(((uintptr_t)scratch + 63) & ~(uintptr_t)63);
}

// How many keys (slots included) query row i may see.
INLINE size_t visible_keys(const ck_attention_shape *s, size_t i) {
  if (!s->causal) return s->slots + s->keys;
  const size_t seen = i + 1 + s->keys;
  return s->slots + (seen > s->queries ? smaller(seen - s->queries, s->keys) : 0);
}

// How many context keys, the oldest, are too far back for query row i.
INLINE size_t hidden_keys(const ck_attention_shape *s, size_t i) {
  const size_t seen = visible_keys(s, i) - s->slots;
  return s->window && s->causal && seen > s->window ? seen - s->window : 0;
}

// How many elements hold `count` numbers along the dimension that a product sums over.
INLINE size_t depth_of(const ck_attention_shape *s, size_t count) {
  return PAIRS(s) ? pairs_of(count) : count;
}

// A head's row of a packed key or value; NULL past the last.
INLINE const float *key_row(const ck_attention_shape *s, const float *context, const float *slots,
                            size_t head, size_t j) {
  if (j < s->slots) return slots + j * s->slotStride + head * s->width;
  if (j < s->slots + s->keys) return context + (j - s->slots) * s->keyStride + head * s->width;
  return NULL;
}

// Asks for a head's rows [first, last) of a tensor, unless it is NULL: they lie too far apart for the processor to foresee.
INLINE void fetch_rows(const float *in, size_t row, size_t width, size_t first, size_t last) {
  for (size_t r = first; in && r < last; r++) {
    for (size_t i = 0; i < width; i += 16) __builtin_prefetch(in + r * row + i, 0, 2);
  }
}

// Where among `count` rows those begin that are fetched beside the queries from `first` on.
INLINE size_t share_of(const ck_attention_shape *s, size_t count, size_t first) {
  return count * first / s->queries;
}

// Keys or values of one head, slots first, as rows; rounded, in pairs across rows.
static void pack_keys(const ck_attention_shape *s, const float *context, const float *slots,
                      size_t head, float *packed) {
  const size_t count = s->slots + s->keys, offset = head * s->width;
  if (PAIRS(s)) {
    for (size_t j = 0; j < count; j += 2) {
      pack_two_rows(key_row(s, context, slots, head, j), key_row(s, context, slots, head, j + 1),
                    s->width, packed, pairs_of(count), j / 2);
    }
    return;
  }
  if (s->slots) pack(slots + offset, s->slotStride, s->slots, s->width, packed, count, 0);
  pack(context + offset, s->keyStride, s->keys, s->width, packed, count, s->slots);
}

// The same as columns; rounded, in pairs along the width.
static void pack_keys_transposed(const ck_attention_shape *s, const float *context,
                                 const float *slots, size_t head, float *rounded, float *packed) {
  const size_t count = s->slots + s->keys, offset = head * s->width, depth = depth_of(s, s->width);
  size_t stride;
  if (count % 16) {
    float *last = panel(packed, depth, count, count / PANEL * PANEL, &stride);
    memset(last, 0, depth * stride * sizeof(float));
  }
  if (PAIRS(s)) {
    if (s->slots) {
      pack_pairs_transposed(slots + offset, s->slotStride, s->slots, s->width, packed, count, 0,
                            rounded);
    }
    pack_pairs_transposed(context + offset, s->keyStride, s->keys, s->width, packed, count,
                          s->slots, rounded);
    return;
  }
  if (s->slots) {
    pack_transposed(slots + offset, s->slotStride, s->slots, s->width, packed, count, 0);
  }
  pack_transposed(context + offset, s->keyStride, s->keys, s->width, packed, count, s->slots);
}

// The zeros after a row's visible scores that strips of rows and of keys may read.
INLINE void clear_after(float *row, size_t count) {
  for (size_t j = (count + LANES - 1) / LANES * LANES; j < count + STRIP; j += LANES) {
    store(row + j, (vf)0.0f);
  }
}

// Scores so that `scale` times them is softcap * tanh(scale row / softcap).
INLINE void cap_row(const ck_attention_shape *s, float *row, size_t count) {
  if (s->softcap == 0) return;
  const vf in = s->scale / s->softcap, out = s->softcap / s->scale;
  EACH_VECTOR(i, count, PUT(row + i, tanh_v(GET(row + i) * in) * out););
}

// The scores of packed keys [start, start + columns) that query row i is too late for, which become `value`.
INLINE void hide_old(const ck_attention_shape *s, size_t i, float *row, size_t start,
                     size_t columns, float value) {
  const size_t from = larger(s->slots, start), end = s->slots + hidden_keys(s, i);
  for (size_t j = from; j < smaller(end, start + columns); j++) row[j - start] = value;
}

// row = e^(scale row - maximum) in the first `count` places; returns the maximum and the sum.
INLINE float exponentiate_row(float *row, size_t count, float scale, float *maximum) {
  vf best = -INFINITY;
  EACH_VECTOR(i, count, best = max_v(EXISTING(GET(row + i) * scale, (vf)-INFINITY), best););
  *maximum = reduce_max(best);
  const vf shift = -*maximum;
  vf total = 0;
  EACH_VECTOR(i, count, {
    const vf e = EXISTING(exp_v(fma_v(GET(row + i), (vf)scale, shift)), (vf)0.0f);
    total += e;
    store(row + i, e);
  });
  return reduce_sum(total);
}

// The greatest score of a row, -infinity of none.
INLINE float largest_score(const float *row, size_t count) {
  vf best = -INFINITY;
  EACH_VECTOR(i, count, best = max_v(EXISTING(GET(row + i), (vf)-INFINITY), best););
  return reduce_max(best);
}

// row = 2^(factor row - shift), rounded, in pairs with two vectors of zeros after them; returns the sum of the weights before
// they are rounded.
INLINE float exponentiate_to_pairs(float *row, size_t count, float factor_, float shift_) {
  const vf factor = factor_, shift = -shift_;
  vf total = 0, second = 0;
  size_t i = 0;
  for (; i + 2 * LANES <= count; i += 2 * LANES) {
    const vf a = coarse_exp2_v(fma_v(load(row + i), factor, shift));
    const vf b = coarse_exp2_v(fma_v(load(row + i + LANES), factor, shift));
    total += a;
    second += b;
    store(row + i / 2, pairs_along(a, b));
  }
  vf rest[2] = {0, 0};
  for (size_t j = 0; j < 2 && i + j * LANES < count; j++) {
    const vf e = coarse_exp2_v(fma_v(load(row + i + j * LANES), factor, shift));
    rest[j] = first_lanes(count - i < (j + 1) * LANES ? count - i - j * LANES : LANES) ? e : (vf)0.0f;
    total += rest[j];
  }
  store(row + i / 2, pairs_along(rest[0], rest[1]));
  store(row + i / 2 + LANES, (vf)0.0f);
  return reduce_sum(total + second);
}

// The rows of a tile from `*in` on as products take them: rounded to `rounded`, or where they are.
INLINE void round_tile(const ck_attention_shape *s, size_t rows, float *rounded, const float **in,
                       size_t *inRow) {
  if (!PAIRS(s)) return;
  pair_rows(*in, *inRow, rows, s->width, rounded, pairs_of(s->width));
  *in = rounded;
  *inRow = pairs_of(s->width);
}

// Scores of `rows` queries from row `first` on, for the keys [start, start + columns).
static void score_tile(const ck_attention_shape *s, const float *query, size_t queryRow,
                       const float *packed, size_t first, size_t rows, size_t start,
                       size_t columns, float *scores, size_t scoreStride) {
  const size_t count = s->slots + s->keys, depth = depth_of(s, s->width);
  for (size_t column = 0; column < columns; column += PANEL) {
    for (size_t r = 0; r < rows; r += STRIP) {
      const size_t strip = smaller(STRIP, rows - r);
      const size_t visible = visible_keys(s, first + r + strip - 1);
      if (visible <= start + column) continue;
      const size_t wanted = smaller(visible - start - column, smaller(PANEL, columns - column));
      strip_times_packed(PAIRS(s), strip, query + r * queryRow, queryRow, 1, depth,
                         (float *)packed + (start + column) * depth, depth, count - start - column,
                         0, wanted, scores + r * scoreStride + column, scoreStride, false);
    }
  }
}

static void attend_tile(const ck_attention_shape *s, const attention_layout *l, const float *query,
                        float *scratch, size_t first, size_t rows, float *out, float *logSumExp) {
  const size_t row = s->heads * s->width, wide = padded(s->width);
  const size_t count = s->slots + s->keys, stride = l->scoreStride;
  float *scores = scratch + l->scores, *tile = scratch + l->tile;
  float sums[TILE_ROWS];
  size_t queryRow = row;
  round_tile(s, rows, scratch + l->roundedQueries, &query, &queryRow);
  score_tile(s, query, queryRow, scratch + l->keysTransposed, first, rows, 0,
             visible_keys(s, first + rows - 1), scores, stride);
  float maxima[TILE_ROWS];
  for (size_t r = 0; r < rows; r++) {
    const size_t visible = visible_keys(s, first + r);
    float *row = scores + r * stride;
    cap_row(s, row, visible);
    hide_old(s, first + r, row, 0, visible, -INFINITY);
    if (PAIRS(s)) {
      maxima[r] = largest_score(row, visible) * s->scale;
      sums[r] = exponentiate_to_pairs(row, visible, s->scale * LOG2_E, maxima[r] * LOG2_E);
    } else {
      sums[r] = exponentiate_row(row, visible, s->scale, &maxima[r]);
      clear_after(row, visible);
    }
  }
  for (size_t r = 0; r < rows; r++) logSumExp[r] = maxima[r] + logf(sums[r]);
  for (size_t start = 0; start < count; start += KEY_BLOCK) {
    for (size_t r = 0; r < rows; r += STRIP) {
      const size_t strip = smaller(STRIP, rows - r);
      const size_t visible = visible_keys(s, first + r + strip - 1);
      if (visible <= start) continue;
      strip_times_packed(PAIRS(s), strip, scores + r * stride + depth_of(s, start), stride, 1,
                         depth_of(s, smaller(visible - start, KEY_BLOCK)), scratch + l->values,
                         depth_of(s, count), s->width, depth_of(s, start), s->width,
                         tile + r * wide, wide, start > 0);
    }
  }
  for (size_t r = 0; r < rows; r++) {
    if (sums[r] > 0) {
      k_scale(tile + r * wide, 1 / sums[r], out + r * row, s->width);
    } else if (visible_keys(s, first + r) == 0) {
      memset(out + r * row, 0, s->width * sizeof(float));
    } else {
      k_scale(tile + r * wide, NAN, out + r * row, s->width);
    }
  }
}

// Asks for what `head`, if there is one, reads for the queries [first, last) and their share of the keys.
static void fetch_head(const ck_attention_shape *s, size_t head, size_t first, size_t last,
                       const float *query, const float *key, const float *value) {
  const size_t group = s->heads / s->keyHeads, keyOffset = head / group * s->width;
  if (head == s->heads || s->queries == 0) return;
  fetch_rows(query + head * s->width, s->heads * s->width, s->width, first, last);
  if (head % group > 0) return;
  const size_t firstKey = share_of(s, s->keys, first), lastKey = share_of(s, s->keys, last);
  fetch_rows(key + keyOffset, s->keyStride, s->width, firstKey, lastKey);
  fetch_rows(value + keyOffset, s->keyStride, s->width, firstKey, lastKey);
}

static void attend_by_tiles(const ck_attention_shape *s, const float *query, const float *key,
                            const float *value, const float *slotKeys, const float *slotValues,
                            float *out, float *logSumExp, float *scratch) {
  const attention_layout l = attention_layout_of(*s, false);
  const size_t group = s->heads / s->keyHeads, row = s->heads * s->width;
  fetch_head(s, 0, 0, s->queries, query, key, value);
  for (size_t head = 0; head < s->heads; head++) {
    if (head % group == 0) {
      pack_keys_transposed(s, key, slotKeys, head / group, scratch + l.roundedQueries,
                           scratch + l.keysTransposed);
      pack_keys(s, value, slotValues, head / group, scratch + l.values);
    }
    for (size_t first = 0; first < s->queries; first += l.tileRows) {
      const size_t offset = first * row + head * s->width;
      const size_t rows = smaller(l.tileRows, s->queries - first);
      fetch_head(s, head + 1, first, first + rows, query, key, value);
      fetch_rows(out + head * s->width, row, s->width, first, first + rows);
      attend_tile(s, &l, query + offset, scratch, first, rows, out + offset,
                  logSumExp + head * s->queries + first);
    }
  }
}
