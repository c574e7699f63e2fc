#include "engine/policy/decision/psa.hpp"

#include <algorithm>
#include <set>

#include "engine/numeric/require.hpp"

namespace vcohort {

namespace {

void require(bool holds, const char* problem, const char* why, const char* what_to_do) {
  if (!holds) throw InvalidInput(explain(problem, why, what_to_do));
}

bool names_differ(const std::vector<std::string>& names) {
  return std::set<std::string>(names.begin(), names.end()).size() == names.size();
}

}  // namespace

void require_valid(const Psa& psa) {
  const auto strategies = static_cast<Eigen::Index>(psa.strategies.size());
  const auto parameters = static_cast<Eigen::Index>(psa.parameters.size());
  require(strategies > 0, "there is no strategy", "a decision is among strategies", "give at least one");
  require(psa.draws() > 0, "there is no draw", "everything is a mean over draws", "give at least one");
  require(names_differ(psa.strategies), "two strategies have the same name", "a strategy is known by its name",
          "rename one of them");
  require(names_differ(psa.parameters), "two parameters have the same name", "a parameter is known by its name",
          "rename one of them");
  require(psa.cost.cols() == strategies && psa.effect.cols() == strategies && psa.effect.rows() == psa.draws(),
          "costs and effects have different shapes", "each draw has both for each strategy", "give both");
  require(psa.reference >= 0 && psa.reference < strategies, "the reference is no strategy",
          "increments are taken over it", "name one of the strategies");
  require(psa.parameter_values.cols() == parameters && (parameters == 0 || psa.parameter_values.rows() == psa.draws()),
          "parameters and their values have different shapes", "each draw has one value of each", "give all of them");
  require(psa.patient_noise.size() == 0 ||
              (psa.patient_noise.rows() == 2 * strategies && psa.patient_noise.cols() == 2 * strategies),
          "the patient noise has a wrong shape", "it is the covariance of the costs and the effects of all strategies",
          "give twice as many rows and columns as strategies");
  require(psa.cost.allFinite() && psa.effect.allFinite(), "a cost or an effect is no finite number",
          "a mean over draws would be none either", "correct the draw");
  require(psa.parameter_values.allFinite() && psa.patient_noise.allFinite(),
          "a parameter value or the patient noise is no finite number", "", "correct it");
}

}  // namespace vcohort
