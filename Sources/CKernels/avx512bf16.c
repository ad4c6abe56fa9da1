#if defined(__x86_64__)
#define UNIT avx512bf16
#define UNIT_TARGET \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx512bf16,avx2,f16c,fma,bmi," \
                        "bmi2")))
#define LANES 16
#define VNNI
#define BFLOAT16
#include "body/unit.h"
#endif
