#pragma once
#include <string>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/evidence/values.hpp"

namespace vcohort {

/// A parameter that is set to values, or several with the same beginning that are multiplied by a factor.
class ParameterMove {
 public:
  ParameterMove(const Evidence&, std::string name);

  const std::string& name() const { return name_; }
  bool is_factor() const { return is_factor_; }
  const std::string& unit() const { return unit_; }  // of the values; empty for a factor
  double point() const { return point_; }            // the evidence's value; 1 for a factor

  bool empty() const { return members_.empty(); }  // the evidence has no such parameter

  /// The values, or factors, that the model allows, and the nearest of them.
  double lowest() const { return lowest_; }
  double highest() const { return highest_; }
  bool allows(double value) const { return value >= lowest_ && value <= highest_; }
  double clamped(double value) const;
  void require_allowed(double value) const;  // and that the evidence has the parameter

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
