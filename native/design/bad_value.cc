#include "design/bad_value.h"

#include <array>
#include <charconv>
#include <cmath>

namespace flipside {
namespace {

BadValue bad(const std::string& name, const char* requirement, const std::string& place,
             double value, const char* code) {
  return {std::isnan(value) ? "NOT_FINITE" : code, name,
          name + " must be " + requirement + ", but " + place + "is " + numberText(value)};
}

}  // namespace

std::string numberText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0.0 ? "Infinity" : "-Infinity";
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

BadValue badNumber(const std::string& name, const char* requirement, double value,
                   const char* code) {
  return bad(name, requirement, "", value, code);
}

BadValue badElement(const std::string& name, const char* requirement, std::size_t index,
                    double value, const char* code) {
  return bad(name, requirement, name + "[" + std::to_string(index) + "] ", value, code);
}

}  // namespace flipside
