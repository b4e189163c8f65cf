// One sentence for every parameter outside its range.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string_view>

namespace flipside {

/// value when inside; otherwise throws std::domain_error("<name> must be <range>, not <value>").
inline double checkedParameter(std::string_view name, double value, bool inside,
                               std::string_view range) {
  if (inside) return value;
  std::ostringstream message;
  message << name << " must be " << range << ", not " << value;
  throw std::domain_error(message.str());
}

inline double positiveParameter(std::string_view name, double value) {
  return checkedParameter(name, value, value > 0.0, "greater than 0");
}

}  // namespace flipside
