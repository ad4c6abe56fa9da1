// Row by row: a row is read from memory once and is in the first-level cache after that.

INLINE vf weight_at(const float *weight, size_t i, bool whole, size_t left) {
  if (weight == NULL) return 1.0f;
  return whole ? load(weight + i) : load_part(weight + i, left);
}
#define WEIGHT(p) weight_at(p, i, whole_, left_)

static void k_rms_norm(const float *x, const float *weight, float epsilon, ck_place out,
                       float *inverse, size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++, x += width, out = place_at(out, width)) {
    vf squares = 0;
    EACH_VECTOR(i, width, {
      const vf v = GET(x + i);
      squares = fma_v(v, v, squares);
    });
    const float factor = 1.0f / sqrtf(reduce_sum(squares) / (float)width + epsilon);
    inverse[r] = factor;
    EACH_RESULT(i, width, out, GET(x + i) * factor * WEIGHT(weight));
  }
}

// With h = x * inverse and g = gradOut * weight: gradX = inverse (g - h mean(g h)).
static void k_rms_norm_backward(const float *x, const float *weight, const float *inverse,
                                const float *gradOut, float *gradX, float *gradWeight,
                                size_t rows, size_t width, bool accumulates) {
  for (size_t r = 0; r < rows; r++, x += width, gradOut += width, gradX += width) {
    const float factor = inverse[r];
    vf products = 0;
    EACH_VECTOR(i, width, {
      products = fma_v(GET(gradOut + i) * WEIGHT(weight), GET(x + i), products);
    });
    const vf pull = -reduce_sum(products) * factor * factor * factor / (float)width;
    EACH_VECTOR(i, width, {
      const vf v = GET(x + i), grad = GET(gradOut + i);
      vf result = fma_v(pull, v, grad * WEIGHT(weight) * factor);
      if (accumulates) result += GET(gradX + i);
      PUT(gradX + i, result);
      if (gradWeight) PUT(gradWeight + i, fma_v(grad * factor, v, GET(gradWeight + i)));
    });
  }
}

static void k_layer_norm(const float *x, const float *weight, const float *bias, float epsilon,
                         ck_place out, float *mean, float *inverse, size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++, x += width, out = place_at(out, width)) {
    vf total = 0;
    EACH_VECTOR(i, width, total += GET(x + i););
    const float centre = reduce_sum(total) / (float)width;
    vf squares = 0;
    EACH_VECTOR(i, width, {
      const vf v = EXISTING(GET(x + i) - centre, (vf)0.0f);
      squares = fma_v(v, v, squares);
    });
    const float factor = 1.0f / sqrtf(reduce_sum(squares) / (float)width + epsilon);
    mean[r] = centre;
    inverse[r] = factor;
    if (bias) {
      EACH_RESULT(i, width, out, (GET(x + i) - centre) * factor * WEIGHT(weight) + GET(bias + i));
    } else {
      EACH_RESULT(i, width, out, (GET(x + i) - centre) * factor * WEIGHT(weight));
    }
  }
}

// With h = (x - mean) inverse and g = gradOut * weight:
// gradX = inverse (g - mean(g) - h mean(g h)).
static void k_layer_norm_backward(const float *x, const float *weight, const float *mean,
                                  const float *inverse, const float *gradOut, float *gradX,
                                  float *gradWeight, float *gradBias, size_t rows, size_t width,
                                  bool accumulates) {
  for (size_t r = 0; r < rows; r++, x += width, gradOut += width, gradX += width) {
    const float centre = mean[r], factor = inverse[r];
    vf total = 0, products = 0;
    EACH_VECTOR(i, width, {
      const vf g = GET(gradOut + i) * WEIGHT(weight);
      total += g;
      products = fma_v(g, GET(x + i) - centre, products);
    });
    const float shift = reduce_sum(total) / (float)width;
    const vf pull = -reduce_sum(products) * factor * factor / (float)width;
    EACH_VECTOR(i, width, {
      const vf centred = GET(x + i) - centre, grad = GET(gradOut + i);
      vf result = fma_v(pull, centred, grad * WEIGHT(weight) - shift) * factor;
      if (accumulates) result += GET(gradX + i);
      PUT(gradX + i, result);
      if (gradWeight) PUT(gradWeight + i, fma_v(grad * factor, centred, GET(gradWeight + i)));
      if (gradBias) PUT(gradBias + i, GET(gradBias + i) + grad);
    });
  }
}

static void k_softmax(const float *x, float *out, size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++, x += width, out += width) {
    const float best = largest(x, width);
    vf total = 0;
    EACH_VECTOR(i, width, {
      const vf e = exp_v(GET(x + i) - best);
      PUT(out + i, e);
      total += EXISTING(e, (vf)0.0f);
    });
    k_scale(out, 1.0f / reduce_sum(total), out, width);
  }
}

static void k_softmax_backward(const float *probabilities, const float *gradOut, float *gradX,
                               size_t rows, size_t width, bool accumulates) {
  for (size_t r = 0; r < rows; r++) {
    const float *p = probabilities + r * width, *grad = gradOut + r * width;
    float *result = gradX + r * width;
    vf products = 0;
    EACH_VECTOR(i, width, products = fma_v(GET(p + i), GET(grad + i), products););
    const float mean = reduce_sum(products);
    EACH_VECTOR(i, width, {
      vf v = GET(p + i) * (GET(grad + i) - mean);
      if (accumulates) v += GET(result + i);
      PUT(result + i, v);
    });
  }
}
