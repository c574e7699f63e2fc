#include "engine/random/counter.hpp"

#include <string>

#include "engine/numeric/errors.hpp"

namespace vcohort {

PhiloxCounter counter_of(const Address& address) {
  if (address.patient > Address::whole_replicate) {
    throw NumericalFailure(explain("patient " + std::to_string(address.patient) + " has no random numbers",
                                   "patients are numbered with 48 bits", "make the study smaller"));
  }
  const auto word = [](std::uint64_t high, std::uint64_t low) { return static_cast<std::uint32_t>(high << 16 | low); };
  return {word(address.occasion, address.block),
          word(static_cast<std::uint64_t>(address.purpose), address.patient >> 32),
          static_cast<std::uint32_t>(address.patient), address.replicate};
}

}  // namespace vcohort
