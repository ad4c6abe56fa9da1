#if defined(__x86_64__)
#define UNIT avx2
#define UNIT_TARGET __attribute__((target("avx2,f16c,fma,bmi,bmi2")))
#define LANES 8
#include "body/unit.h"
#endif
