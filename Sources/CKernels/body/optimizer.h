// AdamW with decoupled weight decay, every array read and written once.
static void k_adamw(ck_adamw_step step, float *value, float *firstMoment, float *secondMoment,
                    const float *gradient, size_t count) {
  const float keep = 1 - step.learningRate * step.weightDecay;
  const float rate = step.learningRate / step.biasCorrection1;
  const float correction = 1 / sqrtf(step.biasCorrection2);
  const float new1 = 1 - step.beta1, new2 = 1 - step.beta2;
  EACH_VECTOR(i, count, {
    const vf g = GET(gradient + i) * step.gradientScale;
    const vf m = GET(firstMoment + i) * step.beta1 + g * new1;
    const vf v = GET(secondMoment + i) * step.beta2 + g * g * new2;
    PUT(firstMoment + i, m);
    PUT(secondMoment + i, v);
    const vf size = sqrt_v(v) * correction + step.epsilon;
    PUT(value + i, GET(value + i) * keep - rate * m / size);
  });
}
