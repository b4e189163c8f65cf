// For kernels that stand once per precision, as nameFloats and nameDoubles.
#pragma once

#include <type_traits>

#include "simd/targets.h"

/// In a template of Value: the function of that precision, for the instructions in use.
#define FLIPSIDE_CHOSEN(kernel)                                           \
  [] {                                                                    \
    if constexpr (std::is_same_v<Value, float>) {                         \
      static constexpr auto table = FLIPSIDE_SIMD_TABLE(kernel##Floats);  \
      return table.chosen();                                              \
    } else {                                                              \
      static constexpr auto table = FLIPSIDE_SIMD_TABLE(kernel##Doubles); \
      return table.chosen();                                              \
    }                                                                     \
  }()
