// Rows to train on: inputs and, of each row, a label or targets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "network/aligned.h"

namespace flipside::network {

/// Numbers in the precision that they came in; the other pointer is null.
struct FloatView {
  const float* floats = nullptr;
  const double* doubles = nullptr;
  std::size_t length = 0;
};

struct DatasetShape {
  std::size_t rows = 0;
  std::size_t inputs = 0;
  std::size_t outputs = 0;  ///< classes or targets
  bool labels = false;
};

class DatasetBase {
 public:
  explicit DatasetBase(const DatasetShape& shape);
  virtual ~DatasetBase() = default;
  DatasetBase(const DatasetBase&) = delete;
  DatasetBase& operator=(const DatasetBase&) = delete;

  const DatasetShape& shape() const { return shape_; }
  virtual bool isSingle() const = 0;

  /// Copies whole rows, rounded to the precision of the data set. Throws BadValue before anything
  /// is written: for values that are not finite and labels that are not in [0, outputs). One of the
  /// two kinds of y is there, as shape().labels says, and lengths fit.
  void fill(std::size_t first, const FloatView& x, const FloatView& targets,
            std::span<const std::int32_t> labels);
  /// The first row that was never filled, or rows.
  std::size_t firstMissing() const;
  /// From here on fill() throws, since a training run reads the rows.
  void freeze() { frozen_ = true; }

  const std::int32_t* labels() const { return labels_.data(); }

 protected:
  virtual void fillInputs(std::size_t first, const FloatView& x) = 0;
  virtual void fillTargets(std::size_t first, const FloatView& targets) = 0;

 private:
  DatasetShape shape_;
  AlignedArray<std::int32_t> labels_;
  std::vector<std::uint8_t> filled_;
  bool frozen_ = false;
};

template <typename Value>
class Dataset final : public DatasetBase {
 public:
  explicit Dataset(const DatasetShape& shape);
  bool isSingle() const override { return sizeof(Value) == sizeof(float); }
  const Value* inputs(std::size_t row) const { return x_.data() + row * shape().inputs; }
  const Value* targets(std::size_t row) const { return y_.data() + row * shape().outputs; }

 private:
  void fillInputs(std::size_t first, const FloatView& x) override;
  void fillTargets(std::size_t first, const FloatView& targets) override;

  AlignedArray<Value> x_;
  AlignedArray<Value> y_;
};

std::shared_ptr<DatasetBase> makeDataset(const DatasetShape& shape, bool single);
/// What it takes in memory.
double datasetBytes(const DatasetShape& shape, bool single);

}  // namespace flipside::network
