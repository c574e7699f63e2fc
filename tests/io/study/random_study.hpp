#pragma once
#include <cstdint>
#include <string>

namespace vcohort {

/// A random study: keys of the declarations with random values in their ranges, some of them without use. What the
/// declarations do not know, such as names that must exist, is chosen so that it fits. The text may be read, but is not
/// accepted before the keys without use are gone.
std::string random_study(std::uint64_t seed);

}  // namespace vcohort
