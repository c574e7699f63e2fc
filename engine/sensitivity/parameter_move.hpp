#pragma once
#include <string>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/evidence/values.hpp"

namespace vcohort {

/// A parameter that is set to values, or several with the same beginning that are multiplied by a factor.
class ParameterMove {
 public:
  /// @throws InvalidInput when the evidence has no such parameter
  ParameterMove(const Evidence&, std::string name);

  const std::string& name() const { return name_; }
  bool is_factor() const { return is_factor_; }
  const std::string& unit() const { return unit_; }  // of the values; empty for a factor
  double point() const { return point_; }            // the evidence's value; 1 for a factor

  /// Refuses a value that the model does not allow. @throws InvalidInput
  void require_allowed(double value) const;

  /// The allowed value that is nearest.
  double clamped(double value) const;

  void apply(double value, ParameterValues& values) const;

 private:
  struct Member {
    std::size_t place = 0;  // in the registry
    double point = 0;
  };
  std::string name_, unit_;
  bool is_factor_ = false;
  double point_ = 1;
  double lowest_, highest_;
  std::vector<Member> members_;
};

}  // namespace vcohort
