#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/evidence/evidence.hpp"

namespace vcohort {

/// One number for every parameter: what the model runs with.
class ParameterValues {
 public:
  /// None of the parameters present.
  ParameterValues();

  /// @throws InternalError when the name is not in the registry, InvalidInput when the evidence has no such parameter
  double at(std::string_view name) const;

  /// Whether an optional parameter is present. @throws InternalError when the name is not in the registry
  bool has(std::string_view name) const;

  /// Sets, or adds, a value; sensitivity analyses move one parameter at a time. @throws InternalError for an unknown
  /// name
  void set(std::string_view name, double value);

  /// The value at a place of `parameter_registry()`; NaN when absent.
  double at_index(std::size_t index) const { return values_.at(index); }

 private:
  std::vector<double> values_;
};

/// The values that the evidence states.
ParameterValues point_values(const Evidence& evidence);

/// Parameter draw `draw`: a normal for every parameter at replicate = draw, patient = Address::whole_replicate,
/// Purpose::parameter, block = id (for a shared draw the smallest id that has it), correlated by the joint priors, then
/// taken through the quantile function of the parameter's law. Pure; does not depend on the order of the parameters in
/// a file, nor on what other parameters there are.
ParameterValues draw_values(const Evidence& evidence, std::uint64_t seed, std::uint32_t draw);

}  // namespace vcohort
