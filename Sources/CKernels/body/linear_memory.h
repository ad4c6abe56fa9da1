// A linear associative memory along time, a head at a time: its matrix stays in the nearest caches.

// Where a memory has momentum, its momentum lies behind it: in `initial`, `last`, `checkpoints` and `scratch`.
static void k_linear_memory(ck_memory_shape s, const float *query, const float *key,
                            const float *value, const float *rate, const float *keep,
                            const float *inertia, const float *initial, const float *initialMomentum,
                            float *out, float *last, float *lastMomentum, float *checkpoints,
                            float *scratch) {
  const size_t rows = s.keyWidth, width = s.valueWidth, size = rows * width;
  const size_t keyStride = s.heads * rows, valueStride = s.heads * width;
  const size_t chunks = (s.time + s.chunk - 1) / s.chunk;
  for (size_t b = 0; b < s.batch; b++) {
    for (size_t h = 0; h < s.heads; h++) {
      float *memory = scratch, *momentum = scratch + size;
      const size_t held = (inertia ? 2 : 1) * size, edge = b * rows * valueStride + h * width;
      for (size_t i = 0; i < rows; i++) {
        memcpy(memory + i * width, initial + edge + i * valueStride, width * sizeof(float));
        if (inertia) {
          memcpy(momentum + i * width, initialMomentum + edge + i * valueStride,
                 width * sizeof(float));
        }
      }
      float *checkpoint = checkpoints + (b * s.heads + h) * chunks * held;
      for (size_t t = 0; t < s.time; t++) {
        if (t % s.chunk == 0) {
          memcpy(checkpoint, memory, held * sizeof(float));
          checkpoint += held;
        }
        const size_t step = b * s.time + t;
        const float *k = key + step * keyStride + h * rows;
        const float *q = query + step * keyStride + h * rows;
        const float *v = value + step * valueStride + h * width;
        const float kept = keep[step * s.heads + h], written = rate[step * s.heads + h];
        float *o = out + step * valueStride + h * width;
        EACH_VECTOR(j, width, {
          vf error = GET(v + j);
          for (size_t i = 0; i < rows; i++) {
            const vf old = kept * GET(memory + i * width + j);
            PUT(memory + i * width + j, old);
            if (s.erases) error = fma_v(-(vf)k[i], old, error);
          }
          error *= written;
          vf read = 0;
          for (size_t i = 0; i < rows; i++) {
            vf now = GET(memory + i * width + j);
            if (inertia) {
              const float moved = inertia[step * s.heads + h];
              const vf pace = fma_v((vf)k[i], error, moved * GET(momentum + i * width + j));
              PUT(momentum + i * width + j, pace);
              now += pace;
            } else {
              now = fma_v((vf)k[i], error, now);
            }
            PUT(memory + i * width + j, now);
            read = fma_v((vf)q[i], now, read);
          }
          PUT(o + j, read);
        });
      }
      for (size_t i = 0; i < rows; i++) {
        memcpy(last + edge + i * valueStride, memory + i * width, width * sizeof(float));
        if (inertia) {
          memcpy(lastMomentum + edge + i * valueStride, momentum + i * width,
                 width * sizeof(float));
        }
      }
    }
  }
}

// What each step of a chunk wrote is computed again from the matrix at its start, and then undone backwards.
static void k_linear_memory_backward(ck_memory_shape s, const float *query, const float *key,
                                     const float *value, const float *rate, const float *keep,
                                     const float *inertia, const float *checkpoints,
                                     const float *gradOut, const float *gradLast,
                                     const float *gradLastMomentum, float *gradQuery,
                                     float *gradKey, float *gradValue, float *gradRate,
                                     float *gradKeep, float *gradInertia, float *gradInitial,
                                     float *gradInitialMomentum, float *scratch) {
  const size_t rows = s.keyWidth, width = s.valueWidth, size = rows * width;
  const size_t keyStride = s.heads * rows, valueStride = s.heads * width;
  const size_t chunks = (s.time + s.chunk - 1) / s.chunk;
  const size_t held = (inertia ? 2 : 1) * size;
  // The gradients of the memory and of its momentum, and both after every step of a chunk.
  float *grad = scratch, *gradPace = inertia ? grad + size : grad, *memories = grad + held;
  float *errors = memories + (s.chunk + 1) * held;
  float *gathered = errors + s.chunk * width, *gradError = gathered + width;
  for (size_t b = 0; b < s.batch; b++) {
    for (size_t h = 0; h < s.heads; h++) {
      const size_t edge = b * rows * valueStride + h * width;
      for (size_t i = 0; i < rows; i++) {
        memcpy(grad + i * width, gradLast + edge + i * valueStride, width * sizeof(float));
        if (inertia) {
          memcpy(gradPace + i * width, gradLastMomentum + edge + i * valueStride,
                 width * sizeof(float));
        }
      }
      for (size_t c = chunks; c-- > 0;) {
        const size_t start = c * s.chunk;
        const size_t count = s.time - start < s.chunk ? s.time - start : s.chunk;
        memcpy(memories, checkpoints + ((b * s.heads + h) * chunks + c) * held,
               held * sizeof(float));
        for (size_t n = 0; n < count; n++) {
          const size_t step = b * s.time + start + n;
          const float *k = key + step * keyStride + h * rows;
          const float *v = value + step * valueStride + h * width;
          const float kept = keep[step * s.heads + h], written = rate[step * s.heads + h];
          const float *before = memories + n * held;
          float *after = memories + (n + 1) * held;
          EACH_VECTOR(j, width, {
            vf error = GET(v + j);
            if (s.erases) {
              for (size_t i = 0; i < rows; i++) {
                error = fma_v(-(vf)k[i], kept * GET(before + i * width + j), error);
              }
            }
            PUT(errors + n * width + j, error);
            for (size_t i = 0; i < rows; i++) {
              vf now = kept * GET(before + i * width + j);
              if (inertia) {
                const float moved = inertia[step * s.heads + h];
                const vf pace = fma_v((vf)k[i], written * error,
                                      moved * GET(before + size + i * width + j));
                PUT(after + size + i * width + j, pace);
                now += pace;
              } else {
                now = fma_v((vf)k[i], written * error, now);
              }
              PUT(after + i * width + j, now);
            }
          });
        }
        for (size_t n = count; n-- > 0;) {
          const size_t step = b * s.time + start + n;
          const size_t keyPlace = step * keyStride + h * rows;
          const size_t valuePlace = step * valueStride + h * width;
          const float *k = key + keyPlace, *q = query + keyPlace, *go = gradOut + valuePlace;
          const float *before = memories + n * held, *after = memories + (n + 1) * held;
          const float *error = errors + n * width;
          const float kept = keep[step * s.heads + h], written = rate[step * s.heads + h];
          memset(gathered, 0, width * sizeof(float));
          for (size_t i = 0; i < rows; i++) {
            vf toQuery = 0;
            vf toKey = 0;
            EACH_VECTOR(j, width, {
              toQuery = fma_v(GET(after + i * width + j), GET(go + j), toQuery);
              vf g = fma_v((vf)q[i], GET(go + j), GET(grad + i * width + j));
              PUT(grad + i * width + j, g);
              if (inertia) {
                g += GET(gradPace + i * width + j);
                PUT(gradPace + i * width + j, g);
              }
              PUT(gathered + j, fma_v((vf)k[i], g, GET(gathered + j)));
              toKey = fma_v(g, GET(error + j), toKey);
            });
            gradQuery[keyPlace + i] += reduce_sum(toQuery);
            gradKey[keyPlace + i] += written * reduce_sum(toKey);
          }
          vf toRate = 0;
          EACH_VECTOR(j, width, {
            toRate = fma_v(GET(gathered + j), GET(error + j), toRate);
            const vf g = written * GET(gathered + j);
            PUT(gradError + j, g);
            PUT(gradValue + valuePlace + j, GET(gradValue + valuePlace + j) + g);
          });
          gradRate[step * s.heads + h] += reduce_sum(toRate);
          vf toKeep = 0;
          vf toInertia = 0;
          for (size_t i = 0; i < rows; i++) {
            vf erased = 0;
            EACH_VECTOR(j, width, {
              const vf old = GET(before + i * width + j);
              vf g = GET(grad + i * width + j);
              if (s.erases) {
                erased = fma_v(old, GET(gradError + j), erased);
                g = fma_v(-(vf)k[i], GET(gradError + j), g);
              }
              toKeep = fma_v(g, old, toKeep);
              PUT(grad + i * width + j, kept * g);
              if (inertia) {
                const vf pace = GET(gradPace + i * width + j);
                toInertia = fma_v(pace, GET(before + size + i * width + j), toInertia);
                PUT(gradPace + i * width + j, inertia[step * s.heads + h] * pace);
              }
            });
            gradKey[keyPlace + i] -= kept * reduce_sum(erased);
          }
          gradKeep[step * s.heads + h] += reduce_sum(toKeep);
          if (inertia) gradInertia[step * s.heads + h] += reduce_sum(toInertia);
        }
      }
      for (size_t i = 0; i < rows; i++) {
        EACH_VECTOR(j, width, {
          float *place = gradInitial + edge + i * valueStride + j;
          PUT(place, GET(place) + GET(grad + i * width + j));
          if (inertia) {
            place = gradInitialMomentum + edge + i * valueStride + j;
            PUT(place, GET(place) + GET(gradPace + i * width + j));
          }
        });
      }
    }
  }
}
