#include "engine/policy/decision/regression_terms.hpp"

namespace vcohort {

RegressionTerms::RegressionTerms(const Eigen::MatrixXd& parameters, Eigen::Index functions_per_parameter)
    : values_(&parameters) {
  for (Eigen::Index parameter = 0; parameter < parameters.cols(); ++parameter) {
    bases_.emplace_back(parameters.col(parameter), functions_per_parameter);
    const SmoothBasis& basis = bases_.back();
    for (Eigen::Index function = 0; function < basis.size(); ++function) {
      // The line has a variance of its own: a parameter may matter without bending.
      if (function < 2) ++components_;
      functions_.push_back({{{static_cast<std::size_t>(parameter), function}},
                            components_ - 1,
                            function == 0 ? 1.0 : basis.roughness()[function]});
    }
  }
}

void RegressionTerms::add_interaction(const std::vector<std::size_t>& parameters, Eigen::Index order) {
  std::vector<Eigen::Index> orders(parameters.size(), 1);
  const std::size_t before = functions_.size();
  for (;;) {
    Eigen::Index sum = 0;
    bool exists = true;
    TermFunction made;
    made.component = components_;
    for (std::size_t place = 0; place < parameters.size(); ++place) {
      const SmoothBasis& basis = bases_[parameters[place]];
      sum += orders[place];
      exists = exists && orders[place] <= basis.size();
      if (!exists) break;
      made.factors.push_back({parameters[place], orders[place] - 1});
      made.weight *= 1.0 + basis.roughness()[orders[place] - 1];
    }
    if (exists && sum <= order) functions_.push_back(std::move(made));
    // The next combination of orders, as an odometer counts.
    std::size_t place = 0;
    while (place < orders.size() && ++orders[place] > order) orders[place++] = 1;
    if (place == orders.size()) break;
  }
  if (functions_.size() > before) ++components_;
}

Eigen::MatrixXd RegressionTerms::evaluate(Eigen::Index first, Eigen::Index count) const {
  std::vector<Eigen::MatrixXd> of_parameter;
  for (std::size_t parameter = 0; parameter < bases_.size(); ++parameter) {
    Eigen::MatrixXd& rows = of_parameter.emplace_back(bases_[parameter].size(), count);
    for (Eigen::Index draw = 0; draw < count; ++draw)
      bases_[parameter].evaluate((*values_)(first + draw, static_cast<Eigen::Index>(parameter)), rows.col(draw).data());
  }
  Eigen::MatrixXd matrix(count, size());
  for (Eigen::Index column = 0; column < size(); ++column) {
    const std::vector<TermFunction::Factor>& factors = functions_[static_cast<std::size_t>(column)].factors;
    for (std::size_t place = 0; place < factors.size(); ++place) {
      const auto factor = of_parameter[factors[place].parameter].row(factors[place].function).transpose();
      if (place == 0)
        matrix.col(column) = factor;
      else
        matrix.col(column).array() *= factor.array();
    }
  }
  return matrix;
}

}  // namespace vcohort
