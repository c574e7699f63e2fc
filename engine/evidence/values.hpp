#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
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

/// One direction of what is uncertain, which one normal of a draw moves along: the parameters of a shared draw, or one
/// parameter alone.
struct Coordinate {
  std::uint16_t id = 0;               // of the parameter, or the smallest one of a shared draw
  std::string name;                   // of the parameter or of the shared draw
  std::vector<Parameter> parameters;  // empty for a fixed member of a joint prior, whose normal others still use
  std::vector<std::size_t> places;    // of these in `parameter_registry()`
  std::optional<std::size_t> joint;   // place of the joint prior in the evidence; its normals are not independent
};

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

  /// All that can move, by ascending id.
  const std::vector<Coordinate>& coordinates() const { return coordinates_; }

  /// The values that the evidence states.
  const ParameterValues& at_points() const { return points_; }

  /// The values when one coordinate alone stands at the quantile `p` of its own law and everything else at its point
  /// value, what is correlated with it by a joint prior too. The parameters of a shared draw move together, by the same
  /// normal.
  ParameterValues at_quantile(std::size_t coordinate, double p) const;

  /// The values at given normals, one per coordinate and independent of each other; the joint priors correlate them
  /// here. This is what `draw` does with addressed normals.
  ParameterValues at_normals(std::vector<double> normals) const;

 private:
  struct Joint {
    std::vector<std::size_t> coordinates;     // places in coordinates_, ascending
    std::vector<std::vector<double>> factor;  // lower triangle of the Cholesky factor
  };
  std::size_t place_of(std::uint16_t id) const;
  void prepare(const JointPrior& prior);
  void move(std::size_t place, double normal, ParameterValues& values) const;

  ParameterValues points_;
  std::vector<Coordinate> coordinates_;
  std::vector<Joint> joint_;
};

/// One draw, for callers that need no more.
ParameterValues draw_values(const Evidence& evidence, std::uint64_t seed, std::uint32_t draw);

}  // namespace vcohort
