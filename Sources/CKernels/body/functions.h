// Elementary functions on vectors. Polynomials are minimax fits made for this file; NaN stays NaN.

// 2^n * p for whole numbers n in [-150, 129] (given as float, and as an integer).
INLINE vf scale_by_power(vf p, vf n, vi integer) {
#if LANES == 16
  return (vf)_mm512_scalef_ps((__m512)p, (__m512)n);
#else
  // In two steps, so that neither factor leaves the range of normal numbers.
  const vi first = integer >> 1;
  const vi second = integer - first;
  return p * BITS(vf, (first + 127) << 23) * BITS(vf, (second + 127) << 23);
#endif
}

// x = n ln 2 + r, |r| <= ln 2 / 2. Returns (e^r - 1), within 1e-8 of it, and n.
INLINE vf reduced_exponential(vf x, vf *n, vi *integer) {
  // Adding 1.5 * 2^23 leaves the nearest whole number in the low bits of the mantissa.
  const vf magic = 12582912.0f;
  const vf shifted = fma_v(x, (vf)0x1.715476p+0f, magic);
  *n = shifted - magic;
  *integer = BITS(vi, shifted) - BITS(vi, magic);
  const vf r = fma_v(*n, (vf)-0x1.7f7d1cp-20f, fma_v(*n, (vf)-0x1.62e4p-1f, x));
  vf q = fma_v(r, (vf)0x1.6a1a7p-10f, (vf)0x1.123fc6p-7f);
  q = fma_v(r, q, (vf)0x1.555916p-5f);
  q = fma_v(r, q, (vf)0x1.55548ap-3f);
  q = fma_v(r, q, (vf)0x1.fffffcp-2f);
  return fma_v(r * r, q, r);
}

// Relative error below 2e-7; 0 below -104, infinity above 88.73.
INLINE vf exp_v(vf x) {
  const vf low = -104.0f, high = 89.0f;
  x = low > x ? low : x;
  x = high < x ? high : x;
  vf n;
  vi integer;
  const vf e = reduced_exponential(x, &n, &integer);
  return scale_by_power(e + 1.0f, n, integer);
}

// 2^x for what is rounded to bfloat16 afterwards, in half the operations: relative error below 4e-6; 0 below -150, and x at
// most 2^20.
INLINE vf coarse_exp2_v(vf x) {
  const vf low = -150.0f, magic = 12582912.0f;
  x = low > x ? low : x;
  const vf shifted = x + magic;
  const vf n = shifted - magic;
  const vf r = x - n;
  vf q = fma_v(r, (vf)0x1.3a02ccp-7f, (vf)0x1.c9fc46p-5f);
  q = fma_v(r, q, (vf)0x1.ec0378p-3f);
  q = fma_v(r, q, (vf)0x1.62e12cp-1f);
  return scale_by_power(fma_v(r, q, (vf)1.0f), n, BITS(vi, shifted) - BITS(vi, magic));
}

// Relative error below 5e-7, near zero too: from e^2x - 1, not from e^2x.
INLINE vf tanh_v(vf x) {
  const vf low = -10.0f, high = 10.0f;
  vf twice = low > x ? low : x;
  twice = high < twice ? high : twice;
  twice += twice;
  vf n;
  vi integer;
  const vf e = reduced_exponential(twice, &n, &integer);
  const vf power = BITS(vf, (integer + 127) << 23);
  const vf minus_one = fma_v(power, e, power - 1.0f);
  return minus_one / (minus_one + 2.0f);
}

INLINE vf sigmoid_v(vf x) { return 1.0f / (1.0f + exp_v(-x)); }

#define LOG2_E 1.44269504f

// The sigmoid of -x ln 2, for what is rounded to bfloat16.
INLINE vf coarse_sigmoid_v(vf x) {
  const vf high = 126.0f;
  x = high < x ? high : x;
  return 1.0f / (1.0f + coarse_exp2_v(x));
}

// log(1 + y) for y in [0, 1], from the series of 2 atanh(y / (2 + y)).
INLINE vf log1p_v(vf y) {
  const vf s = y / (y + 2.0f);
  const vf s2 = s * s;
  vf q = fma_v(s2, (vf)(1.0f / 13), (vf)(1.0f / 11));
  q = fma_v(s2, q, (vf)(1.0f / 9));
  q = fma_v(s2, q, (vf)(1.0f / 7));
  q = fma_v(s2, q, (vf)(1.0f / 5));
  q = fma_v(s2, q, (vf)(1.0f / 3));
  return 2.0f * fma_v(s * s2, q, s);
}

// The standard normal distribution function of x; *density is e^(-x^2 / 2).
INLINE vf normal_cdf_v(vf x, vf *density) {
  const vf z = abs_v(x) * 0.70710678f;
  *density = exp_v(-0.5f * x * x);
  // erfc(z) e^(z^2) as t times a polynomial in t = 1 / (1 + 0.4 z), on [0, 10].
  const vf t = 1.0f / fma_v(z, (vf)0.4f, (vf)1.0f);
  vf q = fma_v(t, (vf)0.04125312715768814f, (vf)-0.14031966030597687f);
  q = fma_v(t, q, (vf)0.08398813009262085f);
  q = fma_v(t, q, (vf)0.08796340227127075f);
  q = fma_v(t, q, (vf)0.07975711673498154f);
  q = fma_v(t, q, (vf)0.19339294731616974f);
  q = fma_v(t, q, (vf)0.20188765227794647f);
  q = fma_v(t, q, (vf)0.2264430969953537f);
  q = fma_v(t, q, (vf)0.22563423216342926f);
  const vf upper = 0.5f * *density * (t * q);
  return x > 0.0f ? 1.0f - upper : upper;
}
