#include "simd/simd.h"

#include <atomic>

namespace flipside {
namespace {

SimdTarget detect() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool haswell = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                       __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                       __builtin_cpu_supports("f16c");
  if (!haswell) return SimdTarget::baseline;
  const bool skylake = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                       __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                       __builtin_cpu_supports("avx512cd");
  return skylake ? SimdTarget::avx512 : SimdTarget::avx2;
#else
  return SimdTarget::baseline;
#endif
}

std::atomic<SimdTarget>& inUse() {
  static std::atomic<SimdTarget> target{bestSimdTarget()};
  return target;
}

}  // namespace

SimdTarget bestSimdTarget() {
  static const SimdTarget best = detect();
  return best;
}

SimdTarget simdTarget() { return inUse().load(std::memory_order_relaxed); }

bool forceSimdTarget(SimdTarget target) {
  if (target > bestSimdTarget()) return false;
  inUse().store(target, std::memory_order_relaxed);
  return true;
}

std::string_view simdTargetName(SimdTarget target) {
  switch (target) {
    case SimdTarget::avx512:
      return "avx512";
    case SimdTarget::avx2:
      return "avx2";
    default:
      return "baseline";
  }
}

}  // namespace flipside
