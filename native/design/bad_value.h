// Values that no computation can use.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

namespace flipside {

/// A value that cannot be used, with its place: reported to the caller as a coded error.
struct BadValue : std::runtime_error {
  BadValue(std::string code_, std::string argument_, const std::string& message)
      : std::runtime_error(message), code(std::move(code_)), argument(std::move(argument_)) {}
  std::string code;
  std::string argument;
};

/// A number as JavaScript prints it.
std::string numberText(double value);

/// "<name> must be <requirement>, but is <value>"; NOT_FINITE for NaN, else `code`.
BadValue badNumber(const std::string& name, const char* requirement, double value,
                   const char* code = "OUT_OF_RANGE");
/// The same of name[index].
BadValue badElement(const std::string& name, const char* requirement, std::size_t index,
                    double value, const char* code = "OUT_OF_RANGE");

}  // namespace flipside
