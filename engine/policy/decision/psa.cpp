#include "engine/policy/decision/psa.hpp"

#include <algorithm>
#include <set>

#include "engine/numeric/require.hpp"

namespace vcohort {

namespace {

void require(bool holds, const char* problem) {
  if (!holds) throw InternalError(problem);
}

bool within_limits(const Eigen::MatrixXd& values, double limit) {
  return values.allFinite() && (values.size() == 0 || values.cwiseAbs().maxCoeff() <= limit);
}

bool names_differ(const std::vector<std::string>& names) {
  return std::set<std::string>(names.begin(), names.end()).size() == names.size();
}

}  // namespace

void require_valid(const Psa& psa) {
  const auto strategies = static_cast<Eigen::Index>(psa.strategies.size());
  const auto parameters = static_cast<Eigen::Index>(psa.parameters.size());
  require(strategies > 0, "a PSA without strategies");
  require(psa.draws() > 0, "a PSA without draws");
  require(names_differ(psa.strategies), "two strategies of a PSA have the same name");
  require(names_differ(psa.parameters), "two parameters of a PSA have the same name");
  require(psa.cost.cols() == strategies && psa.effect.cols() == strategies && psa.effect.rows() == psa.draws(),
          "costs and effects of a PSA have different shapes");
  require(psa.draw_names.empty() || std::ssize(psa.draw_names) == psa.draws(), "not every draw of a PSA has a name");
  require(psa.reference >= 0 && psa.reference < strategies, "the reference of a PSA is no strategy");
  require(psa.parameter_values.cols() == parameters && (parameters == 0 || psa.parameter_values.rows() == psa.draws()),
          "parameters of a PSA and their values have different shapes");
  require(psa.patient_noise.size() == 0 ||
              (psa.patient_noise.rows() == 2 * strategies && psa.patient_noise.cols() == 2 * strategies),
          "the patient noise of a PSA has a wrong shape");
  require(within_limits(psa.cost, largest_amount) && within_limits(psa.effect, largest_amount),
          "a cost or an effect of a PSA is not finite or too large");
  require(within_limits(psa.parameter_values, largest_amount), "a parameter of a PSA is not finite or too large");
  require(within_limits(psa.patient_noise, largest_amount * largest_amount),
          "the patient noise of a PSA is not finite or too large");
}

}  // namespace vcohort
