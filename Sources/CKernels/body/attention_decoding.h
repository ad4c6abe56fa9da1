// Attention for a few queries against a long cache: keys and values are read in place, once for
// all query heads that share them.

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

static void attend_in_place(const ck_attention_shape *s, const float *query, const float *key,
                            const float *value, const float *slotKeys, const float *slotValues,
                            float *out, float *logSumExp, float *scratch) {
  const attention_layout l = attention_layout_of(*s, false);
  const size_t group = s->heads / s->keyHeads, row = s->heads * s->width;
  const size_t slotRow = s->keyHeads * s->width;
  for (size_t head = 0; head < s->heads; head++) {
    const size_t offset = head / group * s->width;
    for (size_t i = 0; i < s->queries; i++) {
      const float *q = query + i * row + head * s->width;
      float *o = out + i * row + head * s->width, *scores = scratch + l.scores;
      const size_t hidden = hidden_keys(s, i), visible = visible_keys(s, i) - hidden;
      const size_t context = visible - s->slots, oldest = hidden * s->keyStride + offset;
      memset(o, 0, s->width * sizeof(float));
      if (visible == 0) {
        logSumExp[head * s->queries + i] = -INFINITY;
        continue;
      }
      if (s->slots) dot_rows(q, slotKeys + offset, slotRow, s->slots, s->width, scores);
      dot_rows(q, key + oldest, s->keyStride, context, s->width, scores + s->slots);
      cap_row(s, scores, visible);
      float maximum;
      const float sum = exponentiate_row(scores, visible, s->scale, &maximum);
      logSumExp[head * s->queries + i] = maximum + logf(sum);
      if (s->slots) weighted_rows(scores, slotValues + offset, slotRow, s->slots, s->width, o);
      weighted_rows(scores + s->slots, value + oldest, s->keyStride, context, s->width, o);
      k_scale(o, 1 / sum, o, s->width);
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
