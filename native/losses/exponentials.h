// The exponential function of many numbers.
#pragma once

#include <span>

namespace flipside {

/// values_i <- e^(values_i), to 1 ulp, the same bits on every machine; infinity above, 0 below.
void exponentials(std::span<double> values);

}  // namespace flipside
