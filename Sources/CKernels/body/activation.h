// Activations and their derivatives; one loop for each kind, the kind chosen outside the loop.

// The tanh form of GELU (1606.08415): x sigmoid(2u), with 2u = x (2c + 2c 0.044715 x^2).
#define GELU_C 1.5957691216057308f
#define GELU_CUBIC (1.5957691216057308f * 0.044715f)

INLINE vf gelu_gate_v(vf x, const bool coarse) {
  if (coarse) {
    return coarse_sigmoid_v(x * fma_v(x * x, (vf)(-LOG2_E * GELU_CUBIC), (vf)(-LOG2_E * GELU_C)));
  }
  return sigmoid_v(x * fma_v(x * x, (vf)GELU_CUBIC, (vf)GELU_C));
}

INLINE vf gate_v(vf x, const bool coarse) {
  return coarse ? coarse_sigmoid_v(x * -LOG2_E) : sigmoid_v(x);
}

// `coarse` where the result is rounded to bfloat16.
INLINE vf activation_v(ck_activation kind, vf x, const bool coarse) {
  vf positive, density;
  switch (kind) {
  case CK_RELU: return 0.0f > x ? (vf)0.0f : x;
  case CK_RELU_SQUARED:
    positive = 0.0f > x ? (vf)0.0f : x;
    return positive * positive;
  case CK_GELU_TANH: return x * gelu_gate_v(x, coarse);
  case CK_GELU_ERF: return x * normal_cdf_v(x, &density);
  case CK_SILU: return x * gate_v(x, coarse);
  case CK_SIGMOID: return gate_v(x, coarse);
  case CK_TANH: return tanh_v(x);
  case CK_EXP: return exp_v(x);
  case CK_SOFTPLUS: return max_v((vf)0.0f, x) + log1p_v(exp_v(-abs_v(x)));
  }
}

INLINE vf derivative_v(ck_activation kind, vf x, const bool coarse) {
  vf s, density;
  switch (kind) {
  case CK_RELU: return x > 0.0f ? (vf)1.0f : (vf)0.0f;
  case CK_RELU_SQUARED: return x > 0.0f ? x + x : (vf)0.0f;
  case CK_GELU_TANH:
    s = gelu_gate_v(x, coarse);
    return fma_v(x * s * (1.0f - s), fma_v(x * x, (vf)(3 * GELU_CUBIC), (vf)GELU_C), s);
  case CK_GELU_ERF:
    s = normal_cdf_v(x, &density);
    return fma_v(x * 0.3989422804f, density, s);
  case CK_SILU:
    s = gate_v(x, coarse);
    return fma_v(x * s, 1.0f - s, s);
  case CK_SIGMOID:
    s = gate_v(x, coarse);
    return s * (1.0f - s);
  case CK_TANH:
    s = tanh_v(x);
    return fma_v(-s, s, (vf)1.0f);
  case CK_EXP: return exp_v(x);
  case CK_SOFTPLUS: return gate_v(x, coarse);
  }
}

#define CASE_OF_KIND(kind, ...) case kind: { const ck_activation kind_ = kind; __VA_ARGS__; } break;
// The statements for each kind, which they know as kind_.
#define EACH_KIND(kind, ...) \
  switch (kind) { \
    CASE_OF_KIND(CK_RELU, __VA_ARGS__) \
    CASE_OF_KIND(CK_RELU_SQUARED, __VA_ARGS__) \
    CASE_OF_KIND(CK_GELU_TANH, __VA_ARGS__) \
    CASE_OF_KIND(CK_GELU_ERF, __VA_ARGS__) \
    CASE_OF_KIND(CK_SILU, __VA_ARGS__) \
    CASE_OF_KIND(CK_SIGMOID, __VA_ARGS__) \
    CASE_OF_KIND(CK_TANH, __VA_ARGS__) \
    CASE_OF_KIND(CK_EXP, __VA_ARGS__) \
    CASE_OF_KIND(CK_SOFTPLUS, __VA_ARGS__) \
  }

static void k_activate(ck_activation kind, const float *x, ck_place out, size_t count) {
  EACH_KIND(kind, EACH_RESULT(i, count, out, activation_v(kind_, GET(x + i), coarse_)))
}

static void k_activate_backward(ck_activation kind, const float *x, const float *gradOut,
                                ck_place gradIn, size_t count, bool accumulates) {
  EACH_KIND(kind, EACH_RESULT(i, count, gradIn, fma_v(
    derivative_v(kind_, GET(x + i), coarse_), GET(gradOut + i),
    !coarse_ && accumulates ? GET(gradIn.floats + i) : (vf)0.0f)))
}

static void k_swiglu(const float *gate, const float *up, ck_place out, size_t count) {
  EACH_RESULT(i, count, out, activation_v(CK_SILU, GET(gate + i), coarse_) * GET(up + i));
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
