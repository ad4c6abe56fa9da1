// Activations and their derivatives; one loop for each kind, the kind chosen outside the loop.

// The tanh form of GELU (1606.08415): x sigmoid(2u), with 2u = x (2c + 2c 0.044715 x^2).
#define GELU_C 1.5957691216057308f
#define GELU_CUBIC (1.5957691216057308f * 0.044715f)

INLINE vf activation_v(ck_activation kind, vf x) {
  vf positive, density;
  switch (kind) {
  case CK_RELU: return 0.0f > x ? (vf)0.0f : x;
  case CK_RELU_SQUARED:
    positive = 0.0f > x ? (vf)0.0f : x;
    return positive * positive;
  case CK_GELU_TANH: return x * sigmoid_v(x * fma_v(x * x, (vf)GELU_CUBIC, (vf)GELU_C));
  case CK_GELU_ERF: return x * normal_cdf_v(x, &density);
  case CK_SILU: return x * sigmoid_v(x);
  case CK_SIGMOID: return sigmoid_v(x);
  case CK_TANH: return tanh_v(x);
  case CK_EXP: return exp_v(x);
  case CK_SOFTPLUS: return max_v((vf)0.0f, x) + log1p_v(exp_v(-abs_v(x)));
  }
}

INLINE vf derivative_v(ck_activation kind, vf x) {
  vf s, density;
  switch (kind) {
  case CK_RELU: return x > 0.0f ? (vf)1.0f : (vf)0.0f;
  case CK_RELU_SQUARED: return x > 0.0f ? x + x : (vf)0.0f;
  case CK_GELU_TANH:
    s = sigmoid_v(x * fma_v(x * x, (vf)GELU_CUBIC, (vf)GELU_C));
    return fma_v(x * s * (1.0f - s), fma_v(x * x, (vf)(3 * GELU_CUBIC), (vf)GELU_C), s);
  case CK_GELU_ERF:
    s = normal_cdf_v(x, &density);
    return fma_v(x * 0.3989422804f, density, s);
  case CK_SILU:
    s = sigmoid_v(x);
    return fma_v(x * s, 1.0f - s, s);
  case CK_SIGMOID:
    s = sigmoid_v(x);
    return s * (1.0f - s);
  case CK_TANH:
    s = tanh_v(x);
    return fma_v(-s, s, (vf)1.0f);
  case CK_EXP: return exp_v(x);
  case CK_SOFTPLUS: return sigmoid_v(x);
  }
}

// Vectors that are loaded before the first of them is stored: a load that seems to meet an earlier store (the last 12 bits of their
// addresses agree) waits for it, and a vector after the other would take four times as long.
#define AT_ONCE 4

INLINE void activate(ck_activation kind, const float *x, float *out, size_t count) {
  const size_t whole = count - count % (AT_ONCE * LANES);
  for (size_t i = 0; i < whole; i += AT_ONCE * LANES) {
    vf result[AT_ONCE];
    for (size_t j = 0; j < AT_ONCE; j++) result[j] = activation_v(kind, load(x + i + j * LANES));
    for (size_t j = 0; j < AT_ONCE; j++) store(out + i + j * LANES, result[j]);
  }
  x += whole;
  out += whole;
  EACH_VECTOR(i, count - whole, PUT(out + i, activation_v(kind, GET(x + i))););
}

static void k_activate(ck_activation kind, const float *x, float *out, size_t count) {
#define FORWARD_CASE(kind) case kind: activate(kind, x, out, count); break;
  switch (kind) {
    FORWARD_CASE(CK_RELU)
    FORWARD_CASE(CK_RELU_SQUARED)
    FORWARD_CASE(CK_GELU_TANH)
    FORWARD_CASE(CK_GELU_ERF)
    FORWARD_CASE(CK_SILU)
    FORWARD_CASE(CK_SIGMOID)
    FORWARD_CASE(CK_TANH)
    FORWARD_CASE(CK_EXP)
    FORWARD_CASE(CK_SOFTPLUS)
  }
#undef FORWARD_CASE
}

INLINE void activate_backward(ck_activation kind, const float *x, const float *gradOut,
                              float *gradIn, size_t count, bool accumulates) {
  const size_t whole = count - count % (AT_ONCE * LANES);
  for (size_t i = 0; i < whole; i += AT_ONCE * LANES) {
    vf result[AT_ONCE];
    for (size_t j = 0; j < AT_ONCE; j++) {
      const size_t place = i + j * LANES;
      const vf before = accumulates ? load(gradIn + place) : (vf)0.0f;
      result[j] = fma_v(derivative_v(kind, load(x + place)), load(gradOut + place), before);
    }
    for (size_t j = 0; j < AT_ONCE; j++) store(gradIn + i + j * LANES, result[j]);
  }
  x += whole;
  gradOut += whole;
  gradIn += whole;
  EACH_VECTOR(i, count - whole, {
    const vf before = accumulates ? GET(gradIn + i) : (vf)0.0f;
    PUT(gradIn + i, fma_v(derivative_v(kind, GET(x + i)), GET(gradOut + i), before));
  });
}

static void k_activate_backward(ck_activation kind, const float *x, const float *gradOut,
                                float *gradIn, size_t count, bool accumulates) {
#define BACKWARD_CASE(kind) \
  case kind: activate_backward(kind, x, gradOut, gradIn, count, accumulates); break;
  switch (kind) {
    BACKWARD_CASE(CK_RELU)
    BACKWARD_CASE(CK_RELU_SQUARED)
    BACKWARD_CASE(CK_GELU_TANH)
    BACKWARD_CASE(CK_GELU_ERF)
    BACKWARD_CASE(CK_SILU)
    BACKWARD_CASE(CK_SIGMOID)
    BACKWARD_CASE(CK_TANH)
    BACKWARD_CASE(CK_EXP)
    BACKWARD_CASE(CK_SOFTPLUS)
  }
#undef BACKWARD_CASE
}

static void k_swiglu(const float *gate, const float *up, float *out, size_t count) {
  EACH_VECTOR(i, count, PUT(out + i, activation_v(CK_SILU, GET(gate + i)) * GET(up + i)););
}

static void k_swiglu_backward(const float *gate, const float *up, const float *gradOut,
                              float *gradGate, float *gradUp, size_t count, bool accumulates) {
  EACH_VECTOR(i, count, {
    const vf x = GET(gate + i), grad = GET(gradOut + i);
    const vf s = sigmoid_v(x);
    vf byGate = grad * GET(up + i) * fma_v(x * s, 1.0f - s, s);
    vf byUp = grad * (x * s);
    if (accumulates) {
      byGate += GET(gradGate + i);
      byUp += GET(gradUp + i);
    }
    PUT(gradGate + i, byGate);
    PUT(gradUp + i, byUp);
  });
}
