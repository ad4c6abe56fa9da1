// SSE2 on x86-64, NEON on arm64: what every processor of the target has.
#define UNIT baseline
#define LANES 4
#include "body/unit.h"
