#pragma once
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/analysis/dataset.hpp"
#include "engine/analysis/estimate.hpp"

namespace vcohort::analysis {

/// Every method of one dataset, by one name. Append-only: the numbers are stored.
enum class Method : std::uint8_t {
  t_test = 0,
  welch = 1,
  ancova = 2,
  wilcoxon = 3,
  van_elteren = 4,
  fisher = 5,
  chi_square = 6,
  chi_square_continuity = 7,
  cochran_mantel_haenszel = 8,
  cochran_mantel_haenszel_continuity = 9,
  risk_difference_wald = 10,
  miettinen_nurminen = 11,
  miettinen_nurminen_stratified = 12,
  proportional_odds = 13,
  log_rank = 14,
  log_rank_stratified = 15,
  cox = 16,
  cox_stratified = 17,
  negative_binomial = 18,
  poisson = 19,
  win_ratio = 20,
  net_benefit = 21,
  finkelstein_schoenfeld = 22
};
inline constexpr int methods = 23;

/// What a study file or a table says about a method.
struct MethodDescription {
  Method method;
  const char* name;     // as a study file writes it: "t-test", "ancova", ...
  const char* measure;  // what the estimate is: "mean difference", "log hazard ratio", ...
  std::optional<Method> usual_fallback = {};
};
const MethodDescription& describe(Method method);
std::optional<Method> method_named(std::string_view name);

/// An analysis as a study declares it. `fallbacks` are tried in turn for a contrast that failed; they are never
/// implied.
struct Analysis {
  Method method = Method::t_test;
  std::vector<Method> fallbacks = {};
  Hypothesis hypothesis = {};
  bool change_from_baseline = false;  // t-tests, ANCOVA, rank tests: the outcome is outcome - baseline
  bool adjust_for_baseline = false;   // ANCOVA
  bool p_values = true;
  bool intervals = true;  // those that need a search, see Inference
};

struct Result {
  Estimate estimate;  // of the first method that did not fail; of the declared one if all did
  Decision decision;
  Method method = Method::t_test;         // that gave the estimate
  Failure first_failure = Failure::none;  // of the declared method; counted even when a fallback gave the estimate
};

/// Analyses a dataset: one result per arm but the reference. The interval has the level that agrees with the decision.
/// Failures of the decision (a margin that the method cannot test) do not call a fallback.
void analyze(const Dataset& data, const Analysis& analysis, Workspace& workspace, std::span<Result> results);

}  // namespace vcohort::analysis
