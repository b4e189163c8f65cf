#include "addon/mask_header.h"

#include <array>
#include <cmath>
#include <cstring>

#include "addon/arrays.h"
#include "addon/failure.h"
#include "design/bad_value.h"

namespace flipside::addon {
namespace {

constexpr std::size_t kLength = 19;
constexpr double kWord = 4294967296.0;
constexpr double kLargestInteger = 9007199254740991.0;
/// More elements than any array has.
constexpr double kMostElements = 1099511627776.0;

class Numbers {
 public:
  Numbers(napi_env env, napi_value value) {
    const ArrayView view =
        viewArray(env, value, {"numbers"}, {napi_float64_array}, {kLength, "its layout"});
    std::memcpy(numbers_.data(), view.bytes, sizeof(numbers_));
  }

  double operator[](std::size_t i) const { return numbers_[i]; }

  /// An integer from 0 to largest.
  std::uint64_t integer(std::size_t i, const char* name, double largest) const {
    const double number = numbers_[i];
    if (number >= 0.0 && number <= largest && std::floor(number) == number) {
      return static_cast<std::uint64_t>(number);
    }
    const std::string requirement = "an integer from 0 to " + numberText(largest);
    throw badNumber(name, requirement.c_str(), number);
  }

  /// Given as its lower and upper half.
  std::uint64_t wide(std::size_t i, const char* name) const {
    return integer(i, name, kWord - 1.0) | (integer(i + 1, name, kWord - 1.0) << 32U);
  }

  std::size_t count(std::size_t i, const char* name) const {
    return static_cast<std::size_t>(integer(i, name, kMostElements));
  }

 private:
  std::array<double, kLength> numbers_;
};

HardConcreteShape readShape(const Numbers& numbers) {
  const HardConcreteShape shape{numbers[9], numbers[10], numbers[11]};
  const auto require = [](bool holds, const char* name, const char* requirement, double value) {
    if (holds && std::isfinite(value)) return;
    throw badNumber(name, requirement, value, std::isfinite(value) ? "OUT_OF_RANGE" : "NOT_FINITE");
  };
  require(shape.beta > 0.0, "beta", "a finite number > 0", shape.beta);
  require(shape.gamma < 0.0, "gamma", "a finite number < 0", shape.gamma);
  require(shape.zeta > 1.0, "zeta", "a finite number > 1", shape.zeta);
  return shape;
}

MaskStructure readStructure(const Numbers& numbers) {
  const MaskStructure structure{numbers.count(13, "rows"), numbers.count(14, "columns"),
                                numbers.count(15, "unitRows"), numbers.count(16, "unitColumns")};
  if ((structure.unitRows == 0) != (structure.unitColumns == 0)) {
    throw Failure("OUT_OF_RANGE", "unitRows and unitColumns must both be 0 or neither, but are " +
                                      numberText(numbers[15]) + " and " + numberText(numbers[16]));
  }
  // Below 2^40 each: a double compares the product exactly enough.
  if (numbers[13] * numbers[14] > kMostElements) {
    throw Failure("OUT_OF_RANGE", "rows and columns must give at most 2^40 elements, but are " +
                                      numberText(numbers[13]) + " and " + numberText(numbers[14]));
  }
  return structure;
}

}  // namespace

MaskHeader readMaskHeader(napi_env env, napi_value value) {
  const Numbers numbers(env, value);
  MaskHeader header;
  MaskDraws& draws = header.draws;
  draws.kind = static_cast<MaskKind>(numbers.integer(0, "kind", 3.0));
  header.packed = numbers.integer(1, "format", 1.0) == 1;
  draws.count = numbers.count(2, "count");
  draws.address = {numbers.wide(3, "seed"), numbers.wide(5, "stream")};
  draws.before = numbers.count(18, "before");
  draws.first = numbers.integer(7, "offset", kLargestInteger) + draws.before;
  draws.parameter = numbers[8];
  if (draws.kind == MaskKind::hardConcrete) draws.shape = readShape(numbers);
  draws.lambda = numbers[12];
  draws.structure = readStructure(numbers);
  header.xColumns = numbers.count(17, "columns");
  if (!draws.structured()) return header;
  if (draws.structure.rows == 0 || draws.structure.columns == 0) {
    throw Failure("OUT_OF_RANGE", "rows and columns of a structured mask must be > 0, but are " +
                                      numberText(numbers[13]) + " and " + numberText(numbers[14]));
  }
  if (draws.structure.units() != draws.count) {
    throw Failure("LENGTH_MISMATCH",
                  "count must be the " + std::to_string(draws.structure.units()) +
                      " units of the structure, but is " + numberText(numbers[2]));
  }
  return header;
}

}  // namespace flipside::addon
