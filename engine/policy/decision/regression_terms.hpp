#pragma once
#include <Eigen/Core>
#include <vector>

#include "engine/policy/decision/smooth_basis.hpp"

namespace vcohort {

/// One function of the regression: a product of the parameters' smooth functions.
struct TermFunction {
  struct Factor {
    std::size_t parameter = 0;
    Eigen::Index function = 0;  // of that parameter's basis
  };
  std::vector<Factor> factors;
  Eigen::Index component = 0;  // functions of one component share a variance
  double weight = 1;           // precision relative to the others of the component: rougher functions have more
};

/// The functions that a regression is made of, evaluated in blocks of draws so that memory does not grow with draws
/// times functions.
class RegressionTerms {
 public:
  RegressionTerms(const Eigen::MatrixXd& parameters, Eigen::Index functions_per_parameter);

  /// Adds products of functions of these parameters, with orders (1 is the line) that add up to at most `order`.
  void add_interaction(const std::vector<std::size_t>& parameters, Eigen::Index order);

  Eigen::Index size() const { return static_cast<Eigen::Index>(functions_.size()); }
  Eigen::Index components() const { return components_; }
  const std::vector<TermFunction>& functions() const { return functions_; }
  std::size_t parameters() const { return bases_.size(); }
  const SmoothBasis& basis(std::size_t parameter) const { return bases_[parameter]; }

  /// Draws first ... first + count - 1 [draw][function].
  Eigen::MatrixXd evaluate(Eigen::Index first, Eigen::Index count) const;

 private:
  const Eigen::MatrixXd* values_;
  std::vector<SmoothBasis> bases_;
  std::vector<TermFunction> functions_;
  Eigen::Index components_ = 0;
};

}  // namespace vcohort
