#include "engine/numeric/errors.hpp"
#include "io/mpi/ranks.hpp"

namespace vcohort {

bool built_with_mpi() {
  return false;
}

Ranks::Ranks() {
  throw InternalError("there are no ranks (the program was built without MPI) ask built_with_mpi() first");
}

Ranks::~Ranks() = default;

void Ranks::count_sharers() {}

void Ranks::send(int, Message) {}

std::optional<Message> Ranks::receive() {
  return std::nullopt;
}

std::int64_t Ranks::smallest(std::int64_t value) {
  return value;
}

std::int64_t Ranks::sum(std::int64_t value) {
  return value;
}

}  // namespace vcohort
