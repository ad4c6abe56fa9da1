// Attention for a few queries against a long cache: keys and values are read in place, once for all heads.

// scores[j] = a . keys[j], four keys at a time.
static void dot_rows(const float *a, const float *keys, size_t keyRow, size_t count, size_t width,
                     float *scores) {
  size_t j = 0;
  for (; j + 4 <= count; j += 4, keys += 4 * keyRow) {
    const float *k1 = keys + keyRow, *k2 = k1 + keyRow, *k3 = k2 + keyRow;
    vf s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    EACH_VECTOR(i, width, {
      const vf left = GET(a + i);
      s0 = fma_v(left, GET(keys + i), s0);
      s1 = fma_v(left, GET(k1 + i), s1);
      s2 = fma_v(left, GET(k2 + i), s2);
      s3 = fma_v(left, GET(k3 + i), s3);
    });
    const vf4 sums = reduce_sum_4(s0, s1, s2, s3);
    __builtin_memcpy(scores + j, &sums, sizeof sums);
  }
  for (; j < count; j++, keys += keyRow) {
    vf sum = 0;
    EACH_VECTOR(i, width, sum = fma_v(GET(a + i), GET(keys + i), sum););
    scores[j] = reduce_sum(sum);
  }
}

// out += sum_j weights[j] * values[j], four values at a time.
static void weighted_rows(const float *weights, const float *values, size_t valueRow, size_t count,
                          size_t width, float *out) {
  size_t j = 0;
  for (; j + 4 <= count; j += 4, values += 4 * valueRow) {
    const float *v1 = values + valueRow, *v2 = v1 + valueRow, *v3 = v2 + valueRow;
    const vf w0 = weights[j], w1 = weights[j + 1], w2 = weights[j + 2], w3 = weights[j + 3];
    EACH_VECTOR(i, width, {
      const vf first = fma_v(w0, GET(values + i), w1 * GET(v1 + i));
      const vf second = fma_v(w2, GET(v2 + i), w3 * GET(v3 + i));
      PUT(out + i, GET(out + i) + (first + second));
    });
  }
  for (; j < count; j++, values += valueRow) k_axpy(weights[j], values, out, width);
}

// Keys taken at a time, for all heads, so that memory is read once and along one line.
#define DECODING_BLOCK 32

// A query of a head, and its row of scores: slots, then the keys of the context that it sees.
typedef struct {
  const float *query;
  float *out, *scores;
  size_t offset, hidden, context;
} decoding_row;

// Row `r` of all heads' queries.
INLINE decoding_row decoding_row_of(const ck_attention_shape *s, const attention_layout *l,
                                    const float *query, float *out, float *scratch, size_t r) {
  const size_t head = r / s->queries, i = r % s->queries;
  const size_t at = (i * s->heads + head) * s->width, hidden = hidden_keys(s, i);
  return (decoding_row){.query = query + at, .out = out + at,
                        .scores = scratch + l->scores + r * l->scoreStride,
                        .offset = head / (s->heads / s->keyHeads) * s->width, .hidden = hidden,
                        .context = visible_keys(s, i) - s->slots - hidden};
}

// How many keys from `first` on, which is the first that a row sees of a block, are of the block that begins at `start`.
INLINE size_t seen_of_block(const decoding_row *row, size_t start, size_t first) {
  const size_t end = smaller(start + DECODING_BLOCK, row->hidden + row->context);
  return end > first ? end - first : 0;
}

// Asks for the rows of the next block, into the second-level cache: of rows that heads read in parts, the processor guesses
// too little.
INLINE void prefetch_block(const ck_attention_shape *s, const float *rows, size_t start) {
  const size_t next = start + DECODING_BLOCK;
  for (size_t j = next; j < smaller(next + DECODING_BLOCK, s->keys); j++) {
    for (size_t i = 0; i < s->keyHeads * s->width; i += 16) {
      __builtin_prefetch(rows + j * s->keyStride + i, 0, 2);
    }
  }
}

static void attend_in_place(const ck_attention_shape *s, const float *query, const float *key,
                            const float *value, const float *slotKeys, const float *slotValues,
                            float *out, float *logSumExp, float *scratch) {
  const attention_layout l = attention_layout_of(*s, false);
  const size_t rows = s->heads * s->queries;
  for (size_t start = 0; start == 0 || start < s->keys; start += DECODING_BLOCK) {
    prefetch_block(s, key, start);
    for (size_t r = 0; r < rows; r++) {
      const decoding_row row = decoding_row_of(s, &l, query, out, scratch, r);
      if (start == 0 && s->slots) {
        dot_rows(row.query, slotKeys + row.offset, s->slotStride, s->slots, s->width, row.scores);
      }
      const size_t first = larger(start, row.hidden);
      dot_rows(row.query, key + first * s->keyStride + row.offset, s->keyStride,
               seen_of_block(&row, start, first), s->width,
               row.scores + s->slots + first - row.hidden);
    }
  }
  for (size_t r = 0; r < rows; r++) {
    const decoding_row row = decoding_row_of(s, &l, query, out, scratch, r);
    const size_t seen = s->slots + row.context;
    memset(row.out, 0, s->width * sizeof(float));
    logSumExp[r] = -INFINITY;
    if (seen == 0) continue;
    cap_row(s, row.scores, seen);
    float maximum;
    const float sum = exponentiate_row(row.scores, seen, s->scale, &maximum);
    logSumExp[r] = maximum + logf(sum);
    k_scale(row.scores, 1 / sum, row.scores, seen);
  }
  for (size_t start = 0; start == 0 || start < s->keys; start += DECODING_BLOCK) {
    prefetch_block(s, value, start);
    for (size_t r = 0; r < rows; r++) {
      const decoding_row row = decoding_row_of(s, &l, query, out, scratch, r);
      if (start == 0 && s->slots) {
        weighted_rows(row.scores, slotValues + row.offset, s->slotStride, s->slots, s->width,
                      row.out);
      }
      const size_t first = larger(start, row.hidden);
      weighted_rows(row.scores + s->slots + first - row.hidden,
                    value + first * s->keyStride + row.offset, s->keyStride,
                    seen_of_block(&row, start, first), s->width, row.out);
    }
  }
}

static void k_attention(ck_attention_shape shape, const float *query, const float *key,
                        const float *value, const float *slotKeys, const float *slotValues,
                        float *out, float *logSumExp, float *scratch) {
  if (shape.queries <= DECODING_QUERIES) {
    attend_in_place(&shape, query, key, value, slotKeys, slotValues, out, logSumExp,
                    aligned_scratch(scratch));
  } else {
    attend_by_tiles(&shape, query, key, value, slotKeys, slotValues, out, logSumExp,
                    aligned_scratch(scratch));
  }
}
