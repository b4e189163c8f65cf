// What a layer does to its products: biases and activation, of a tile of rows in either of two
// layouts, and the way from one layout to the other. The bits of a row depend on nothing but the
// row: not on the tile, the layout or the machine.
#pragma once

#include <cstddef>

namespace flipside::network {

/// Of a layer that predicts. softmax is that of a whole row, only for the last layer.
enum class Response { identity, relu, tanh, softmax };

/// Rows of a tile side by side: element (row, unit) is data[unit * stride + row]. A stride is a
/// multiple of kPad rows, so that lanes never need a remainder; what is beyond the rows is junk.
template <typename Value>
inline constexpr std::size_t kPad = 64 / sizeof(Value);

/// data[row * units + unit] = response(data + biases[unit]).
template <typename Value>
void finishRows(Value* data, std::size_t rows, std::size_t units, const Value* biases,
                Response response);

/// The same of data[unit * stride + row], for tanh and softmax, with the biases added before.
template <typename Value>
void finishUnits(Value* data, std::size_t stride, std::size_t units, Response response);

/// out[unit * stride + row] = data[row * units + unit]; rows up to the stride become 0.
template <typename Value>
void toUnits(const Value* data, std::size_t rows, std::size_t units, Value* out,
             std::size_t stride);

/// out[column * outStride + row] = in[row * inStride + column].
template <typename Value>
void turnRows(const Value* in, std::size_t inStride, std::size_t rows, std::size_t columns,
              Value* out, std::size_t outStride);

/// out[row * units + unit] = data[unit * stride + row].
template <typename Value>
void fromUnits(const Value* data, std::size_t stride, std::size_t rows, std::size_t units,
               Value* out);

}  // namespace flipside::network
