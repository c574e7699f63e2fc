#include "engine/random/addressed_engine.hpp"

#include "engine/numeric/errors.hpp"

namespace vcohort {

AddressedEngine::AddressedEngine(std::uint64_t seed, const Address& start)
    : key_(key_of(seed)), counter_(counter_of(start)), next_block_(start.block) {}

void AddressedEngine::advance() {
  constexpr std::uint32_t largest_block = std::numeric_limits<decltype(Address::block)>::max();
  if (next_block_ > largest_block) {
    throw NumericalFailure(explain("a decision ran out of random numbers", "its address has 65536 blocks of four words",
                                   "check for a distribution that rejects without end"));
  }
  counter_[0] = (counter_[0] & ~largest_block) | next_block_;
  words_ = philox4x32_10(counter_, key_);
  next_word_ = 0;
  ++next_block_;
}

}  // namespace vcohort
