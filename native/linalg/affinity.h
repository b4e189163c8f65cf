// Binding threads to processors, where the system can (Linux); elsewhere nothing happens.
#pragma once

#include <memory>
#include <vector>

namespace flipside::linalg {

/// The processors that the calling thread may run on when it is not bound, that on which it runs
/// first; empty where the system does not say.
std::vector<int> allowedProcessors();

/// Binds the calling thread while it lives; to be destroyed by the same thread, the last made
/// first.
class Binding {
 public:
  explicit Binding(int processor);
  ~Binding();
  Binding(const Binding&) = delete;
  Binding& operator=(const Binding&) = delete;

 private:
  bool bound_ = false;
};

/// What a thread that the calling one starts would inherit of its binding.
class InheritedBinding {
 public:
  InheritedBinding();
  /// For the new thread to call: it may then run where its maker could before it was bound.
  void undo() const;

 private:
  struct Mask;
  std::shared_ptr<const Mask> before_;
};

}  // namespace flipside::linalg
