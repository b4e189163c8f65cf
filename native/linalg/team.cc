#include "linalg/team.h"

namespace flipside::linalg {

struct Team::Shared {};

Team::Team(bool) : shared_(std::make_shared<Shared>()) {}
Team::~Team() = default;

void Team::run(std::size_t count, const std::function<void(std::size_t)>& body,
               const Cancellation* cancel) {
  parallelFor(count, body, cancel);
}

}  // namespace flipside::linalg
