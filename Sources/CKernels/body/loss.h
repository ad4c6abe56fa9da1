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

// One block of the gradient with a softcap; the derivative of the cap also reaches the targets.
static void capped_gradient_block(const float *logits, const int32_t *ids, const float *weights,
                                  size_t targets, float softcap, float logSumExp, float total,
                                  float factor, float *grad, size_t start, size_t count) {
  float slopes[LOSS_BLOCK];
  const float inverse = 1 / softcap;
  EACH_VECTOR(i, count, {
    const vf t = tanh_v(GET(logits + i) * inverse);
    const vf slope = fma_v(-t, t, (vf)1.0f) * factor;
    PUT(slopes + i, slope);
    PUT(grad + i, exp_v(t * softcap - logSumExp) * total * slope);
  });
  for (size_t k = 0; k < targets; k++) {
    const size_t position = (size_t)ids[k] - start;
    if (weights[k] != 0 && position < count) grad[position] -= weights[k] * slopes[position];
  }
}

static void k_cross_entropy_backward(const float *logits, const int32_t *ids,
                                     const float *weights, size_t targetsPerRow, float softcap,
                                     const float *logSumExp, const float *rowGradient, float scale,
                                     float *gradLogits, size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++) {
    const float *row = logits + r * width, *rowWeights = weights + r * targetsPerRow;
    const int32_t *rowIds = ids + r * targetsPerRow;
    float *grad = gradLogits + r * width;
    const float factor = scale * (rowGradient ? rowGradient[r] : 1);
    float total = 0;
    for (size_t k = 0; k < targetsPerRow; k++) total += rowWeights[k];
    if (softcap > 0) {
      for (size_t start = 0; start < width; start += LOSS_BLOCK) {
        const size_t count = width - start < LOSS_BLOCK ? width - start : LOSS_BLOCK;
        capped_gradient_block(row + start, rowIds, rowWeights, targetsPerRow, softcap,
                              logSumExp[r], total, factor, grad + start, start, count);
      }
      continue;
    }
    const float shift = logSumExp[r], both = total * factor;
    EACH_VECTOR(i, width, PUT(grad + i, exp_v(GET(row + i) - shift) * both););
    for (size_t k = 0; k < targetsPerRow; k++) {
      if (rowWeights[k] != 0) grad[rowIds[k]] -= rowWeights[k] * factor;
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
