#include "linalg/affinity.h"

#if defined(__linux__)
#include <sched.h>

#include <algorithm>
#endif

namespace flipside::linalg {

#if defined(__linux__)

struct InheritedBinding::Mask {
  cpu_set_t processors;
};

namespace {

/// Of the calling thread: how often it is bound, and where it could run before.
struct Bound {
  int times = 0;
  cpu_set_t before;
};
thread_local Bound bound;

bool readMask(cpu_set_t& mask) { return sched_getaffinity(0, sizeof(mask), &mask) == 0; }

}  // namespace

std::vector<int> allowedProcessors() {
  cpu_set_t mask;
  if (bound.times > 0) {
    mask = bound.before;
  } else if (!readMask(mask)) {
    return {};
  }
  std::vector<int> processors;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(static_cast<std::size_t>(i), &mask)) processors.push_back(i);
  }
  const auto here = std::ranges::find(processors, sched_getcpu());
  if (here != processors.end()) std::rotate(processors.begin(), here, here + 1);
  return processors;
}

Binding::Binding(int processor) {
  if (bound.times == 0 && !readMask(bound.before)) return;
  cpu_set_t mask;
  CPU_ZERO(&mask);
  CPU_SET(static_cast<std::size_t>(processor), &mask);
  bound_ = sched_setaffinity(0, sizeof(mask), &mask) == 0;
  if (bound_) ++bound.times;
}

Binding::~Binding() {
  if (!bound_ || --bound.times > 0) return;
  sched_setaffinity(0, sizeof(bound.before), &bound.before);
}

InheritedBinding::InheritedBinding() {
  if (bound.times > 0) before_ = std::make_shared<const Mask>(Mask{bound.before});
}

void InheritedBinding::undo() const {
  if (before_) sched_setaffinity(0, sizeof(before_->processors), &before_->processors);
}

#else

struct InheritedBinding::Mask {};

std::vector<int> allowedProcessors() { return {}; }
Binding::Binding(int) {}
Binding::~Binding() = default;
InheritedBinding::InheritedBinding() = default;
void InheritedBinding::undo() const {}

#endif

}  // namespace flipside::linalg
