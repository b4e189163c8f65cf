#include "network/dataset.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "design/bad_value.h"

namespace flipside::network {
namespace {

template <typename Value, typename From>
void checkFloats(const From* values, std::size_t count, const char* name) {
  for (std::size_t i = 0; i < count; ++i) {
    if (std::isfinite(static_cast<Value>(values[i]))) continue;
    const auto value = static_cast<double>(values[i]);
    if (!std::isfinite(value)) throw badElement(name, "finite", i, value, "NOT_FINITE");
    throw badElement(name, "within the range of float32", i, value);
  }
}

/// Calls body with the pointer that is there.
template <typename Body>
void withFloats(const FloatView& view, const Body& body) {
  if (view.floats != nullptr) {
    body(view.floats);
  } else if (view.doubles != nullptr) {
    body(view.doubles);
  }
}

template <typename Value>
void copyFloats(const FloatView& from, Value* to) {
  withFloats(from, [&](const auto* values) {
    for (std::size_t i = 0; i < from.length; ++i) to[i] = static_cast<Value>(values[i]);
  });
}

void checkView(const FloatView& view, bool single, const char* name) {
  withFloats(view, [&](const auto* values) {
    if (single) {
      checkFloats<float>(values, view.length, name);
    } else {
      checkFloats<double>(values, view.length, name);
    }
  });
}

}  // namespace

DatasetBase::DatasetBase(const DatasetShape& shape)
    : shape_(shape),
      labels_(AlignedArray<std::int32_t>::uninitialised(shape.labels ? shape.rows : 0)),
      filled_(shape.rows) {}

void DatasetBase::fill(std::size_t first, const FloatView& x, const FloatView& targets,
                       std::span<const std::int32_t> labels) {
  if (frozen_) {
    throw BadValue("INVALID_ARGUMENT", "dataset",
                   "dataset must not be filled any more, but a training run reads it");
  }
  checkView(x, isSingle(), "x");
  checkView(targets, isSingle(), "y");
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= 0 && static_cast<std::size_t>(labels[i]) < shape_.outputs) continue;
    const std::string requirement = "an integer from 0 to " + std::to_string(shape_.outputs - 1);
    throw badElement("y", requirement.c_str(), i, labels[i]);
  }
  fillInputs(first, x);
  fillTargets(first, targets);
  if (shape_.labels) std::ranges::copy(labels, labels_.data() + first);
  std::fill_n(filled_.begin() + static_cast<std::ptrdiff_t>(first), x.length / shape_.inputs,
              std::uint8_t{1});
}

std::size_t DatasetBase::firstMissing() const {
  return static_cast<std::size_t>(std::ranges::find(filled_, 0) - filled_.begin());
}

template <typename Value>
Dataset<Value>::Dataset(const DatasetShape& shape)
    : DatasetBase(shape),
      x_(AlignedArray<Value>::uninitialised(shape.rows * shape.inputs)),
      y_(AlignedArray<Value>::uninitialised(shape.labels ? 0 : shape.rows * shape.outputs)) {}

template <typename Value>
void Dataset<Value>::fillInputs(std::size_t first, const FloatView& x) {
  copyFloats(x, x_.data() + first * shape().inputs);
}

template <typename Value>
void Dataset<Value>::fillTargets(std::size_t first, const FloatView& targets) {
  copyFloats(targets, y_.data() + first * shape().outputs);
}

template class Dataset<float>;
template class Dataset<double>;

std::shared_ptr<DatasetBase> makeDataset(const DatasetShape& shape, bool single) {
  if (single) return std::make_shared<Dataset<float>>(shape);
  return std::make_shared<Dataset<double>>(shape);
}

double datasetBytes(const DatasetShape& shape, bool single) {
  const auto rows = static_cast<double>(shape.rows);
  const double size = single ? 4.0 : 8.0;
  const double y = shape.labels ? 4.0 : size * static_cast<double>(shape.outputs);
  return rows * (size * static_cast<double>(shape.inputs) + y + 1.0);
}

}  // namespace flipside::network
