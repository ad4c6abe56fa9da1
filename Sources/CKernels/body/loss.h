// Cross-entropy in blocks that stay in the first-level cache: memory is read once, and the running
// maximum is corrected once a block instead of once a vector.
#define LOSS_BLOCK 1024

// softcap * tanh(x / softcap) for a block, or the block itself when there is no cap.
INLINE const float *capped_block(const float *logits, float softcap, float *buffer, size_t count) {
  if (!(softcap > 0)) return logits;
  const float inverse = 1 / softcap;
  EACH_VECTOR(i, count, PUT(buffer + i, softcap * tanh_v(GET(logits + i) * inverse)););
  return buffer;
}

// The logarithm of the sum of the exponentials of a row.
static float row_log_sum_exp(const float *logits, float softcap, size_t width) {
  float buffer[LOSS_BLOCK];
  float best = -INFINITY;
  double sum = 0;
  for (size_t start = 0; start < width; start += LOSS_BLOCK) {
    const size_t count = width - start < LOSS_BLOCK ? width - start : LOSS_BLOCK;
    const float *block = capped_block(logits + start, softcap, buffer, count);
    const float blockBest = largest(block, count);
    if (blockBest > best) {
      sum *= exp((double)best - blockBest);
      best = blockBest;
    }
    // Nothing but -infinity (or NaN) so far: subtract 0, as infinity less itself is NaN.
    const float shift = best == -INFINITY ? 0 : best;
    vf total = 0, other = 0;
    size_t j = 0;
    for (; j + 2 * LANES <= count; j += 2 * LANES) {
      total += exp_v(load(block + j) - shift);
      other += exp_v(load(block + j + LANES) - shift);
    }
    EACH_VECTOR(i, count - j, total += EXISTING(exp_v(GET(block + j + i) - shift), (vf)0.0f););
    sum += reduce_sum(total + other);
  }
  return (best == -INFINITY ? 0 : best) + (float)log(sum);
}

static void k_cross_entropy(const float *logits, const int32_t *ids, const float *weights,
                            size_t targetsPerRow, float softcap, float *losses, float *logSumExp,
                            size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++) {
    const float *row = logits + r * width;
    const float logSum = row_log_sum_exp(row, softcap, width);
    logSumExp[r] = logSum;
    double loss = 0;
    for (size_t k = r * targetsPerRow; k < (r + 1) * targetsPerRow; k++) {
      if (weights[k] == 0) continue;
      const float x = row[ids[k]];
      loss += weights[k] * (double)(logSum - (softcap > 0 ? softcap * tanhf(x / softcap) : x));
    }
    losses[r] = (float)loss;
  }
}

// What the gradient of a row's logits is made of.
typedef struct {
  const int32_t *ids;
  const float *weights;
  size_t targets;
  float softcap, logSumExp;
  // Of the weights, and what all of the row is multiplied by.
  float total, factor;
} loss_row;

// The logits [start, start + count) of a row; the derivative of a cap also reaches the targets.
INLINE void gradient_block(const loss_row *row, const float *logits, size_t start, size_t count,
                           float *grad, const bool coarse) {
  float slopes[LOSS_BLOCK];
  if (row->softcap > 0) {
    const float inverse = 1 / row->softcap;
    EACH_VECTOR(i, count, {
      const vf t = tanh_v(GET(logits + i) * inverse);
      const vf slope = fma_v(-t, t, (vf)1.0f) * row->factor;
      PUT(slopes + i, slope);
      PUT(grad + i, exp_v(t * row->softcap - row->logSumExp) * row->total * slope);
    });
  } else if (coarse) {
    const vf shift = -row->logSumExp * LOG2_E, both = row->total * row->factor;
    EACH_VECTOR(i, count, {
      PUT(grad + i, coarse_exp2_v(fma_v(GET(logits + i), (vf)LOG2_E, shift)) * both);
    });
  } else {
    const float shift = row->logSumExp, both = row->total * row->factor;
    EACH_VECTOR(i, count, PUT(grad + i, exp_v(GET(logits + i) - shift) * both););
  }
  for (size_t k = 0; k < row->targets; k++) {
    const size_t position = (size_t)row->ids[k] - start;
    if (row->weights[k] == 0 || position >= count) continue;
    grad[position] -= row->weights[k] * (row->softcap > 0 ? slopes[position] : row->factor);
  }
}

static void k_cross_entropy_backward(const float *logits, const int32_t *ids,
                                     const float *weights, size_t targetsPerRow, float softcap,
                                     const float *logSumExp, const float *rowGradient, float scale,
                                     ck_place gradLogits, size_t rows, size_t width) {
  float unrounded[LOSS_BLOCK];
  for (size_t r = 0; r < rows; r++, logits += width, gradLogits = place_at(gradLogits, width)) {
    loss_row row = {
      .ids = ids + r * targetsPerRow,
      .weights = weights + r * targetsPerRow,
      .targets = targetsPerRow,
      .softcap = softcap,
      .logSumExp = logSumExp[r],
      .factor = scale * (rowGradient ? rowGradient[r] : 1),
    };
    for (size_t k = 0; k < targetsPerRow; k++) row.total += row.weights[k];
    for (size_t start = 0; start < width; start += LOSS_BLOCK) {
      const size_t count = width - start < LOSS_BLOCK ? width - start : LOSS_BLOCK;
      if (gradLogits.rounded) {
        gradient_block(&row, logits + start, start, count, unrounded, true);
        EACH_ROUNDED(i, count, gradLogits.rounded + start, GET(unrounded + i));
      } else {
        gradient_block(&row, logits + start, start, count, gradLogits.floats + start, false);
      }
    }
  }
}

// Keeps ids[0..<count] sorted by falling logit; the earlier id stands first among equals.
static void k_top_probabilities(const float *logits, float softcap, size_t count, int32_t *ids,
                                float *probabilities, size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++, logits += width, ids += count, probabilities += count) {
    size_t held = 0;
    for (size_t start = 0; start < width && count > 0; start += LANES) {
      const size_t end = start + LANES < width ? start + LANES : width;
      if (held == count && end - start == LANES &&
          !(reduce_max(load(logits + start)) > probabilities[count - 1])) {
        continue;
      }
      for (size_t j = start; j < end; j++) {
        if (held == count && !(logits[j] > probabilities[count - 1])) continue;
        size_t place = held < count ? held++ : count - 1;
        for (; place > 0 && logits[j] > probabilities[place - 1]; place--) {
          probabilities[place] = probabilities[place - 1];
          ids[place] = ids[place - 1];
        }
        probabilities[place] = logits[j];
        ids[place] = (int32_t)j;
      }
    }
    const float logSum = row_log_sum_exp(logits, softcap, width);
    for (size_t k = 0; k < count; k++) {
      if (k >= held) {
        ids[k] = 0;
        probabilities[k] = 0;
        continue;
      }
      const float x = probabilities[k];
      probabilities[k] = expf((softcap > 0 ? softcap * tanhf(x / softcap) : x) - logSum);
    }
  }
}
