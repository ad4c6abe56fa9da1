// Attention of every query to a few chosen keys (DeepSeek-V3.2's sparse attention), and the indexer that chooses them.

// Context key positions that query row t sees: itself and what came before it.
INLINE size_t seen_keys(size_t queries, size_t keys, size_t t) { return t + 1 + keys - queries; }

INLINE float dot(const float *a, const float *b, size_t count) {
  vf sum = 0;
  EACH_VECTOR(i, count, { sum = fma_v(GET(a + i), GET(b + i), sum); });
  return reduce_sum(sum);
}

// to += factor * from
INLINE void add_scaled(float *to, float factor, const float *from, size_t count) {
  EACH_VECTOR(i, count, { PUT(to + i, fma_v((vf)factor, GET(from + i), GET(to + i))); });
}

// The sum over index heads of weight * max(q . k, 0).
INLINE float index_score(const ck_index_shape *s, const float *query, const float *weight,
                         const float *key) {
  float score = 0;
  for (size_t h = 0; h < s->heads; h++) {
    const float match = dot(query + h * s->width, key, s->width);
    if (match > 0) score += weight[h] * match;
  }
  return score;
}

// The value that exactly `count` of `n` values are not below, ties apart; their order is lost.
static float nth_largest(float *values, size_t n, size_t count) {
  size_t low = 0, high = n - 1;
  const size_t wanted = count - 1;
  while (low < high) {
    const float pivot = values[low + (high - low) / 2];
    size_t i = low, j = high;
    while (i <= j) {
      while (values[i] > pivot) i++;
      while (values[j] < pivot) j--;
      if (i > j) break;
      const float swapped = values[i];
      values[i++] = values[j];
      values[j] = swapped;
      if (j == 0) break;
      j--;
    }
    if (wanted <= j) {
      high = j;
    } else if (wanted >= i) {
      low = i;
    } else {
      break;
    }
  }
  return values[wanted];
}

// The `kept` highest of a row's `seen` scores, by position; `sorted` is scratch.
static void choose_row(const float *scores, size_t seen, size_t kept, int32_t *row,
                       float *sorted) {
  size_t filled = 0;
  if (seen <= kept) {
    for (; filled < seen; filled++) row[filled] = (int32_t)filled;
  } else {
    // What is no number is the worst: it must not upset the order.
    EACH_VECTOR(i, seen, {
      const vf score = GET(scores + i);
      PUT(sorted + i, score == score ? score : (vf)-INFINITY);
    });
    const float least = nth_largest(sorted, seen, kept);
    size_t above = 0, equals = 0;
    for (size_t i = 0; i < seen; i++) {
      above += scores[i] > least;
      equals += scores[i] == least || (scores[i] != scores[i] && least == -INFINITY);
    }
    // Of equals the latest, as far as there is room.
    size_t skipped = above + equals - kept;
    for (size_t i = 0; i < seen && filled < kept; i++) {
      if (scores[i] > least) {
        row[filled++] = (int32_t)i;
      } else if (scores[i] == least || (scores[i] != scores[i] && least == -INFINITY)) {
        if (skipped > 0) {
          skipped--;
        } else {
          row[filled++] = (int32_t)i;
        }
      }
    }
  }
  for (; filled < kept; filled++) row[filled] = -1;
}

static void k_index_select(ck_index_shape s, const float *query, const float *weight,
                           const float *key, int32_t *chosen, float *scratch) {
  const size_t stride = padded(s.keys), queryRow = s.heads * s.width;
  float *packed = aligned_scratch(scratch), *scores = packed + s.width * stride;
  float *matches = scores + STRIP * stride, *sorted = matches + STRIP * stride;
  const bool isPacked = s.queries >= STRIP;
  if (isPacked) {
    if (s.keys % 16) {
      size_t lastStride;
      float *last = panel(packed, s.width, s.keys, s.keys / PANEL * PANEL, &lastStride);
      memset(last, 0, s.width * lastStride * sizeof(float));
    }
    pack_transposed(key, s.width, s.keys, s.width, packed, s.keys, 0);
  }
  for (size_t t = 0; t < s.queries; t += STRIP) {
    const size_t strip = smaller(STRIP, s.queries - t);
    const size_t most = seen_keys(s.queries, s.keys, t + strip - 1);
    if (most > s.kept && isPacked) {
      for (size_t h = 0; h < s.heads; h++) {
        strip_times_packed(floats, strip, query + t * queryRow + h * s.width, queryRow, 1, s.width, packed,
                           s.width, s.keys, 0, most, matches, stride, false);
        for (size_t r = 0; r < strip; r++) {
          const vf by = weight[(t + r) * s.heads + h];
          EACH_VECTOR(i, most, {
            const vf said = by * max_v(GET(matches + r * stride + i), (vf)0.0f);
            PUT(scores + r * stride + i, h == 0 ? said : said + GET(scores + r * stride + i));
          });
        }
      }
    }
    for (size_t r = 0; r < strip; r++) {
      const size_t seen = seen_keys(s.queries, s.keys, t + r);
      if (seen > s.kept && !isPacked) {
        for (size_t i = 0; i < seen; i++) {
          scores[r * stride + i] = index_score(&s, query + (t + r) * queryRow,
                                               weight + (t + r) * s.heads, key + i * s.width);
        }
      }
      choose_row(scores + r * stride, seen, s.kept, chosen + (t + r) * s.kept, sorted);
    }
  }
}

// How many keys of a row are chosen: they stand at its front.
INLINE size_t chosen_count(const int32_t *row, size_t kept) {
  size_t count = 0;
  while (count < kept && row[count] >= 0) count++;
  return count;
}

static void k_sparse_attention(ck_sparse_shape s, const float *query, const float *key,
                               const float *value, const int32_t *chosen, float *out,
                               float *logSumExp, float *scratch) {
  const size_t group = s.heads / s.keyHeads, keyStride = s.keyHeads * s.width;
  for (size_t t = 0; t < s.queries; t++) {
    const int32_t *row = chosen + t * s.kept;
    const size_t count = chosen_count(row, s.kept);
    for (size_t h = 0; h < s.heads; h++) {
      const float *q = query + (t * s.heads + h) * s.width;
      const size_t offset = h / group * s.width;
      float *o = out + (t * s.heads + h) * s.width;
      float maximum = 0, sum = 0;
      for (size_t n = 0; n < count; n++) {
        scratch[n] = dot(q, key + (size_t)row[n] * keyStride + offset, s.width);
      }
      if (count > 0) sum = exponentiate_row(scratch, count, s.scale, &maximum);
      memset(o, 0, s.width * sizeof(float));
      for (size_t n = 0; n < count; n++) {
        add_scaled(o, scratch[n] / sum, value + (size_t)row[n] * keyStride + offset, s.width);
      }
      logSumExp[t * s.heads + h] = maximum + logf(sum);
    }
  }
}

static void k_sparse_attention_backward(ck_sparse_shape s, const float *query, const float *key,
                                        const float *value, const int32_t *chosen,
                                        const float *out, const float *logSumExp,
                                        const float *gradOut, float *gradQuery, float *gradKey,
                                        float *gradValue) {
  const size_t group = s.heads / s.keyHeads, keyStride = s.keyHeads * s.width;
  for (size_t t = 0; t < s.queries; t++) {
    const int32_t *row = chosen + t * s.kept;
    const size_t count = chosen_count(row, s.kept);
    for (size_t h = 0; h < s.heads; h++) {
      const size_t place = (t * s.heads + h) * s.width, offset = h / group * s.width;
      const float *q = query + place, *go = gradOut + place;
      const float mean = dot(go, out + place, s.width);
      for (size_t n = 0; n < count; n++) {
        const size_t at = (size_t)row[n] * keyStride + offset;
        const float p = expf(dot(q, key + at, s.width) * s.scale - logSumExp[t * s.heads + h]);
        const float toScore = p * (dot(go, value + at, s.width) - mean) * s.scale;
        add_scaled(gradValue + at, p, go, s.width);
        add_scaled(gradKey + at, toScore, q, s.width);
        add_scaled(gradQuery + place, toScore, key + at, s.width);
      }
    }
  }
}

static double k_index_lesson(ck_index_shape s, ck_sparse_shape a, const float *indexQuery,
                             const float *indexWeight, const float *indexKey, const float *query,
                             const float *key, const int32_t *chosen, float *gradQuery,
                             float *gradWeight, float *gradKey, float *scratch) {
  const size_t group = a.heads / a.keyHeads, keyStride = a.keyHeads * a.width;
  // Exponentials are stored by whole vectors.
  const size_t stride = padded(s.keys);
  float *scores = scratch, *mean = scratch + stride, *own = scratch + 2 * stride;
  double loss = 0;
  for (size_t t = 0; t < s.queries; t++) {
    const int32_t *row = chosen ? chosen + t * s.kept : NULL;
    const size_t count =
        row ? chosen_count(row, s.kept) : seen_keys(s.queries, s.keys, t);
    if (count == 0) continue;
    // What attention attends to, all heads together.
    memset(mean, 0, count * sizeof(float));
    for (size_t h = 0; h < a.heads; h++) {
      const float *q = query + (t * a.heads + h) * a.width;
      float maximum;
      for (size_t n = 0; n < count; n++) {
        const size_t at = row ? (size_t)row[n] : n;
        scores[n] = dot(q, key + at * keyStride + h / group * a.width, a.width);
      }
      const float sum = exponentiate_row(scores, count, a.scale, &maximum);
      add_scaled(mean, 1 / (sum * (float)a.heads), scores, count);
    }
    // What the indexer thinks of it.
    const float *q = indexQuery + t * s.heads * s.width, *w = indexWeight + t * s.heads;
    for (size_t n = 0; n < count; n++) {
      own[n] = index_score(&s, q, w, indexKey + (row ? (size_t)row[n] : n) * s.width);
      scores[n] = own[n];
    }
    float maximum;
    const float sum = exponentiate_row(scores, count, 1, &maximum);
    const float logSum = maximum + logf(sum);
    for (size_t n = 0; n < count; n++) {
      if (mean[n] > 0) loss += mean[n] * (logf(mean[n]) - (own[n] - logSum));
      const float toScore = scores[n] / sum - mean[n];
      const float *k = indexKey + (row ? (size_t)row[n] : n) * s.width;
      float *toKey = gradKey + (row ? (size_t)row[n] : n) * s.width;
      for (size_t h = 0; h < s.heads; h++) {
        const float match = dot(q + h * s.width, k, s.width);
        if (match <= 0) continue;
        gradWeight[t * s.heads + h] += toScore * match;
        add_scaled(gradQuery + (t * s.heads + h) * s.width, toScore * w[h], k, s.width);
        add_scaled(toKey, toScore * w[h], q + h * s.width, s.width);
      }
    }
  }
  return loss;
}
