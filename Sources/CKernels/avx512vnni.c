#if defined(__x86_64__)
#define UNIT avx512vnni
#define UNIT_TARGET \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,f16c,fma,bmi,bmi2")))
#define LANES 16
#define VNNI
#include "body/unit.h"
#endif
