#include <fmt/format.h>

#include "engine/evidence/registry.hpp"

/// Prints the registry as tab-separated lines for check_files.py: name, unit, minimum, maximum, optional.
int main() {
  for (const auto& definition : vcohort::parameter_registry()) {
    fmt::print("{}\t{}\t{}\t{}\t{:d}\n", definition.name, definition.unit, definition.minimum, definition.maximum,
               definition.optional);
  }
}
