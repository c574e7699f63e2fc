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
  void set_index(std::size_t index, double value) { values_.at(index) = value; }

 private:
  std::vector<double> values_;
};

/// The values that the evidence states.
ParameterValues point_values(const Evidence& evidence);

/// Draws of the uncertain parameters of an evidence, prepared once.
///
/// Draw d takes a normal for every uncertain parameter from replicate = d, patient = Address::whole_replicate,
/// Purpose::parameter, block = id (for a shared draw the smallest id that has it), correlates them by the joint priors,
/// and takes each through the quantile function of the parameter's law. It is a pure function of seed and d, whatever
/// the order of the parameters in a file and whatever other parameters there are.
///
/// Thread safety: immutable.
class ParameterDraws {
 public:
  /// @throws InvalidInput when the correlation of a joint prior is not positive definite
  explicit ParameterDraws(const Evidence& evidence);

  ParameterValues draw(std::uint64_t seed, std::uint32_t draw) const;

 private:
  struct Uncertain {
    Parameter parameter;
    std::size_t index = 0;        // in the registry
    std::uint16_t normal_id = 0;  // whose normal it uses
  };
  struct Joint {
    std::vector<std::size_t> normals;         // places in normal_ids_, by ascending id
    std::vector<std::vector<double>> factor;  // lower triangle of the Cholesky factor
  };
  void prepare(const JointPrior& prior);

  ParameterValues points_;
  std::vector<Uncertain> uncertain_;
  std::vector<std::uint16_t> normal_ids_;  // ascending
  std::vector<Joint> joint_;
};

/// One draw, for callers that need no more.
ParameterValues draw_values(const Evidence& evidence, std::uint64_t seed, std::uint32_t draw);

}  // namespace vcohort
