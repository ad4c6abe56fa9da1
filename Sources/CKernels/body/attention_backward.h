// Probabilities are recomputed from the saved logarithms of the sums. With P the probabilities,
// dP = gradOut V^T and D = rowsum(gradOut * out): dS = scale P (dP - D), and then
// gradQ += dS K, gradK += dS^T Q, gradV += P^T gradOut.

INLINE bool is_wanted(ck_place gradient) { return gradient.floats || gradient.rounded; }

// The numbers at `from` are added to a gradient's floats, or are what it is.
INLINE void give(ck_place gradient, const float *from, size_t count) {
  if (gradient.rounded) {
    EACH_ROUNDED(i, count, gradient.rounded, GET(from + i));
  } else if (gradient.floats) {
    k_add(gradient.floats, from, gradient.floats, count);
  }
}

typedef struct {
  const ck_attention_shape *shape;
  const attention_layout *layout;
  float *scratch;
  const float *logSumExp;  // of the head
  // The ranges of packed keys (slots first) whose gradients are wanted.
  size_t firstKey, lastKey, firstValue, lastValue;
} backward_pass;

// The first of `rows` queries from row `first` on that sees the packed key.
INLINE size_t first_row_seeing(const ck_attention_shape *s, size_t key, size_t first, size_t rows) {
  if (!s->causal || key < s->slots) return 0;
  const size_t position = key - s->slots + s->queries;
  if (position <= s->keys + first) return 0;
  return smaller(position - s->keys - first, rows);
}

// P and dS of a block, row by row, in place of the scores and of dP.
static void probability_block(const backward_pass *pass, size_t first, size_t rows, size_t start,
                              size_t columns) {
  const attention_layout *l = pass->layout;
  const float scale = pass->shape->scale;
  for (size_t r = 0; r < rows; r++) {
    float *p = pass->scratch + l->scores + r * l->scoreStride;
    float *grad = pass->scratch + l->scoreGradients + r * l->scoreStride;
    const size_t visible = visible_keys(pass->shape, first + r);
    const size_t count = visible > start ? smaller(visible - start, columns) : 0;
    const vf shift = -pass->logSumExp[first + r];
    const float delta = (pass->scratch + l->delta)[first + r];
    const float cap = pass->shape->softcap, slope = cap ? scale * scale / (cap * cap) : 0;
    cap_row(pass->shape, p, count);
    EACH_VECTOR(i, count, {
      const vf capped = GET(p + i);
      const vf e = EXISTING(exp_v(fma_v(capped, (vf)scale, shift)), (vf)0.0f);
      // The derivative of the cap: 1 - tanh^2.
      const vf through = cap ? e * scale * (1.0f - slope * capped * capped) : e * scale;
      store(p + i, e);
      store(grad + i, EXISTING(through * (GET(grad + i) - delta), (vf)0.0f));
    });
    hide_old(pass->shape, first + r, p, start, count, 0);
    hide_old(pass->shape, first + r, grad, start, count, 0);
    clear_after(p, count);
    clear_after(grad, count);
  }
}

// The scores and dP of two rows, the second of which may lack, and what becomes of them.
typedef struct {
  float *p, *grad, *along;
  size_t stride, visible[2];
  float shift[2], delta[2];
} row_pair;

// P and dS of 2 LANES keys from i on: both in pairs across the rows, in the first row's place, and dS in pairs along each.
INLINE void probability_pairs(const backward_pass *pass, const row_pair *rows, size_t i, const bool whole,
                              const bool isCapped) {
  const float scale = pass->shape->scale, cap = pass->shape->softcap;
  const float slope = isCapped ? scale * scale / (cap * cap) : 0;
  vf p[2][2], grad[2][2];
  for (size_t r = 0; r < 2; r++) {
    for (size_t v = 0; v < 2; v++) {
      const size_t place = r * rows->stride + i + v * LANES;
      const vf capped = load(rows->p + place);
      vf e = coarse_exp2_v(fma_v(capped, (vf)(scale * LOG2_E), (vf)rows->shift[r]));
      vf dS = e * scale * (load(rows->grad + place) - rows->delta[r]);
      if (isCapped) dS *= 1.0f - slope * capped * capped;
      if (!whole) {
        const size_t from = i + v * LANES, seen = rows->visible[r];
        const vi exists = first_lanes(seen > from ? smaller(seen - from, LANES) : 0);
        e = exists ? e : (vf)0.0f;
        dS = exists ? dS : (vf)0.0f;
      }
      p[r][v] = e;
      grad[r][v] = dS;
    }
  }
  for (size_t v = 0; v < 2; v++) {
    store(rows->p + i + v * LANES, pairs_across(p[0][v], p[1][v]));
    store(rows->grad + i + v * LANES, pairs_across(grad[0][v], grad[1][v]));
  }
  for (size_t r = 0; r < 2; r++) {
    store(rows->along + r * (rows->stride / 2) + i / 2, pairs_along(grad[r][0], grad[r][1]));
  }
}

// The same of a block, rounded.
static void paired_probability_block(const backward_pass *pass, size_t first, size_t rows, size_t start,
                                     size_t columns) {
  const ck_attention_shape *s = pass->shape;
  const attention_layout *l = pass->layout;
  const size_t stride = l->scoreStride;
  for (size_t r = 0; r < rows; r += 2) {
    row_pair two = {
      .p = pass->scratch + l->scores + r * stride,
      .grad = pass->scratch + l->scoreGradients + r * stride,
      .along = pass->scratch + l->roundedGradients + r * (stride / 2),
      .stride = stride,
    };
    for (size_t k = 0; k < 2 && r + k < rows; k++) {
      const size_t row = r + k, seen = visible_keys(s, first + row);
      const float logSumExp = pass->logSumExp[first + row];
      two.visible[k] = seen > start ? smaller(seen - start, columns) : 0;
      two.shift[k] = -logSumExp * LOG2_E;
      two.delta[k] = (pass->scratch + l->delta)[first + row];
      cap_row(s, two.p + k * stride, two.visible[k]);
      // So low that nothing is left of them, and yet a number.
      hide_old(s, first + row, two.p + k * stride, start, two.visible[k], (logSumExp - 200) / s->scale);
    }
    const size_t count = larger(two.visible[0], two.visible[1]);
    size_t i = 0;
    const size_t whole = s->softcap ? 0 : smaller(two.visible[0], two.visible[1]) / (2 * LANES) * (2 * LANES);
    for (; i < whole; i += 2 * LANES) probability_pairs(pass, &two, i, true, false);
    // With the zeros that strips may read.
    for (; i < count + STRIP; i += 2 * LANES) probability_pairs(pass, &two, i, false, s->softcap > 0);
  }
}

// gradient[keys] += weights^T right, for the packed keys of [start, end) that are wanted.
static void gradient_of_keys(const backward_pass *pass, const float *weights, float *right,
                             float *gradient, size_t first, size_t rows, size_t start,
                             size_t wantedFirst, size_t wantedLast) {
  const ck_attention_shape *s = pass->shape;
  const size_t stride = pass->layout->scoreStride, wide = padded(s->width);
  for (size_t key = wantedFirst; key < wantedLast; key += STRIP) {
    size_t hidden = first_row_seeing(s, key, first, rows);
    if (hidden == rows) break;
    // The other row of a pair holds zeros for these keys.
    if (PAIRS(s)) hidden -= hidden % 2;
    strip_times_packed(PAIRS(s), smaller(STRIP, wantedLast - key),
                       weights + hidden * stride + key - start, 1, PAIRS(s) ? 2 * stride : stride,
                       depth_of(s, rows - hidden), right, depth_of(s, s->queries), s->width,
                       depth_of(s, first + hidden), s->width, gradient + key * wide, wide, true);
  }
}

// Queries, or gradients of what they read, as rows; rounded, in pairs across rows.
static void pack_queries(const ck_attention_shape *s, const float *in, float *packed) {
  const size_t row = s->heads * s->width;
  if (PAIRS(s)) {
    pack_pairs(in, row, s->queries, s->width, packed);
  } else {
    pack(in, row, s->queries, s->width, packed, s->queries, 0);
  }
}

static void backward_tile(const backward_pass *pass, const float *query, const float *gradOut,
                          ck_place gradQuery, size_t first, size_t rows) {
  const ck_attention_shape *s = pass->shape;
  const attention_layout *l = pass->layout;
  const size_t row = s->heads * s->width, wide = padded(s->width), stride = l->scoreStride;
  float *scratch = pass->scratch, *tile = scratch + l->tile;
  float *scores = scratch + l->scores, *scoreGradients = scratch + l->scoreGradients;
  const float *left = PAIRS(s) ? scratch + l->roundedGradients : scoreGradients;
  const size_t seen = visible_keys(s, first + rows - 1), leftRow = PAIRS(s) ? stride / 2 : stride;
  size_t queryRow = row, gradOutRow = row;
  round_tile(s, rows, scratch + l->roundedQueries, &query, &queryRow);
  round_tile(s, rows, scratch + l->roundedGradOut, &gradOut, &gradOutRow);
  memset(tile, 0, rows * wide * sizeof(float));
  for (size_t start = 0; start < seen; start += KEY_BLOCK) {
    const size_t columns = smaller(KEY_BLOCK, seen - start), end = start + columns;
    score_tile(s, query, queryRow, scratch + l->keysTransposed, first, rows, start, columns, scores,
               stride);
    score_tile(s, gradOut, gradOutRow, scratch + l->valuesTransposed, first, rows, start, columns,
               scoreGradients, stride);
    if (PAIRS(s)) {
      paired_probability_block(pass, first, rows, start, columns);
    } else {
      probability_block(pass, first, rows, start, columns);
    }
    gradient_of_keys(pass, scores, scratch + l->gradOut, scratch + l->gradValues, first, rows,
                     start, larger(start, pass->firstValue), smaller(end, pass->lastValue));
    gradient_of_keys(pass, scoreGradients, scratch + l->queries, scratch + l->gradKeys, first,
                     rows, start, larger(start, pass->firstKey), smaller(end, pass->lastKey));
    for (size_t r = 0; is_wanted(gradQuery) && r < rows; r += STRIP) {
      const size_t strip = smaller(STRIP, rows - r);
      const size_t visible = visible_keys(s, first + r + strip - 1);
      if (visible <= start) continue;
      strip_times_packed(PAIRS(s), strip, left + r * leftRow, leftRow, 1,
                         depth_of(s, smaller(visible - start, columns)), scratch + l->keys,
                         depth_of(s, s->slots + s->keys), s->width, depth_of(s, start), s->width,
                         tile + r * wide, wide, true);
    }
  }
  for (size_t r = 0; r < rows; r++) give(place_at(gradQuery, r * row), tile + r * wide, s->width);
}

// Gives the packed gradients of one key head to the caller's slots and context.
static void unpack_places(const ck_attention_shape *s, const float *packed, size_t head,
                             float *slots, ck_place context) {
  const size_t row = s->keyHeads * s->width, wide = padded(s->width);
  for (size_t j = 0; slots && j < s->slots; j++) {
    float *to = slots + j * row + head * s->width;
    k_add(to, packed + j * wide, to, s->width);
  }
  for (size_t j = 0; is_wanted(context) && j < s->keys; j++) {
    give(place_at(context, j * row + head * s->width), packed + (s->slots + j) * wide, s->width);
  }
}

static void k_attention_backward(ck_attention_shape shape, const float *query, const float *key,
                                 const float *value, const float *slotKeys,
                                 const float *slotValues, const float *out, const float *gradOut,
                                 const float *logSumExp, ck_place gradQuery,
                                 ck_place gradKey, ck_place gradValue, float *gradSlotKeys,
                                 float *gradSlotValues, float *unaligned) {
  const ck_attention_shape *s = &shape;
  const attention_layout l = attention_layout_of(shape, true);
  float *scratch = aligned_scratch(unaligned), *delta = scratch + l.delta;
  const size_t group = s->heads / s->keyHeads, row = s->heads * s->width;
  const size_t count = s->slots + s->keys, packedSize = count * padded(s->width) * sizeof(float);
  backward_pass pass = {.shape = s, .layout = &l, .scratch = scratch};
  pass.firstKey = gradSlotKeys ? 0 : s->slots;
  pass.lastKey = is_wanted(gradKey) ? count : s->slots;
  pass.firstValue = gradSlotValues ? 0 : s->slots;
  pass.lastValue = is_wanted(gradValue) ? count : s->slots;
  fetch_head(s, 0, 0, s->queries, query, key, value);
  fetch_rows(gradOut, row, s->width, 0, s->queries);
  fetch_rows(out, row, s->width, 0, s->queries);
  for (size_t head = 0; head < s->heads; head++) {
    const size_t keyHead = head / group, offset = head * s->width;
    if (head % group == 0) {
      pack_keys_transposed(s, key, slotKeys, keyHead, scratch + l.roundedQueries,
                           scratch + l.keysTransposed);
      pack_keys_transposed(s, value, slotValues, keyHead, scratch + l.roundedQueries,
                           scratch + l.valuesTransposed);
      pack_keys(s, key, slotKeys, keyHead, scratch + l.keys);
      memset(scratch + l.gradKeys, 0, packedSize);
      memset(scratch + l.gradValues, 0, packedSize);
    }
    pack_queries(s, query + offset, scratch + l.queries);
    pack_queries(s, gradOut + offset, scratch + l.gradOut);
    for (size_t i = 0; i < s->queries; i++) {
      dot_rows(gradOut + i * row + offset, out + i * row + offset, row, 1, s->width, delta + i);
    }
    pass.logSumExp = logSumExp + head * s->queries;
    for (size_t first = 0; first < s->queries; first += l.tileRows) {
      const size_t start = first * row + offset;
      const size_t rows = smaller(l.tileRows, s->queries - first);
      fetch_head(s, head + 1, first, first + rows, query, key, value);
      if (gradQuery.floats) fetch_rows(gradQuery.floats + offset, row, s->width, first, first + rows);
      if (head + 1 < s->heads) {
        fetch_rows(gradOut + offset + s->width, row, s->width, first, first + rows);
        fetch_rows(out + offset + s->width, row, s->width, first, first + rows);
      }
      backward_tile(&pass, query + start, gradOut + start, place_at(gradQuery, start), first, rows);
    }
    if ((head + 1) % group == 0) {
      unpack_places(s, scratch + l.gradKeys, keyHead, gradSlotKeys, gradKey);
      unpack_places(s, scratch + l.gradValues, keyHead, gradSlotValues, gradValue);
    }
  }
}
