#include "engine/analysis/method.hpp"

#include <algorithm>
#include <array>

#include "engine/analysis/ancova.hpp"
#include "engine/analysis/counts.hpp"
#include "engine/analysis/cox.hpp"
#include "engine/analysis/logrank.hpp"
#include "engine/analysis/proportional_odds.hpp"
#include "engine/analysis/proportions.hpp"
#include "engine/analysis/t_test.hpp"
#include "engine/analysis/wilcoxon.hpp"
#include "engine/analysis/win_ratio.hpp"

namespace vcohort::analysis {
namespace {

constexpr const char* mean_difference = "mean difference";
constexpr const char* win_probability = "win probability minus 1/2";
constexpr const char* risk_difference = "risk difference";
constexpr const char* log_odds_ratio = "log odds ratio";
constexpr const char* log_hazard_ratio = "log hazard ratio";
constexpr const char* log_rate_ratio = "log rate ratio";
constexpr const char* log_win_ratio = "log win ratio";

/// A fallback keeps the measure where it can.
constexpr std::array<MethodDescription, methods> descriptions{{
    {Method::t_test, "t-test", mean_difference},
    {Method::welch, "welch", mean_difference, Method::t_test},
    {Method::ancova, "ancova", mean_difference, Method::t_test},
    {Method::wilcoxon, "wilcoxon", win_probability},
    {Method::van_elteren, "van-elteren", win_probability, Method::wilcoxon},
    {Method::fisher, "fisher", risk_difference},
    {Method::chi_square, "chi-square", risk_difference, Method::fisher},
    {Method::chi_square_continuity, "chi-square-continuity", risk_difference, Method::fisher},
    {Method::cochran_mantel_haenszel, "cochran-mantel-haenszel", log_odds_ratio, Method::fisher},
    {Method::cochran_mantel_haenszel_continuity, "cochran-mantel-haenszel-continuity", log_odds_ratio, Method::fisher},
    {Method::risk_difference_wald, "risk-difference-wald", risk_difference, Method::miettinen_nurminen},
    {Method::miettinen_nurminen, "miettinen-nurminen", risk_difference},
    {Method::miettinen_nurminen_stratified, "miettinen-nurminen-stratified", risk_difference,
     Method::miettinen_nurminen},
    {Method::proportional_odds, "proportional-odds", log_odds_ratio, Method::wilcoxon},
    {Method::log_rank, "log-rank", log_hazard_ratio},
    {Method::log_rank_stratified, "log-rank-stratified", log_hazard_ratio, Method::log_rank},
    {Method::cox, "cox", log_hazard_ratio, Method::log_rank},
    {Method::cox_stratified, "cox-stratified", log_hazard_ratio, Method::log_rank_stratified},
    {Method::negative_binomial, "negative-binomial", log_rate_ratio, Method::wilcoxon},
    {Method::poisson, "poisson", log_rate_ratio, Method::wilcoxon},
    {Method::win_ratio, "win-ratio", log_win_ratio, Method::net_benefit},
    {Method::net_benefit, "net-benefit", "net benefit"},
    {Method::finkelstein_schoenfeld, "finkelstein-schoenfeld", "net benefit"},
}};

/// The proportion test of a method, which stand in the same order.
std::optional<ProportionTest> proportion_test(Method method) {
  if (method < Method::fisher || method > Method::miettinen_nurminen_stratified) return std::nullopt;
  const auto position = static_cast<int>(method) - static_cast<int>(Method::fisher);
  return static_cast<ProportionTest>(static_cast<int>(ProportionTest::fisher) + position);
}
static_assert(static_cast<int>(Method::miettinen_nurminen_stratified) - static_cast<int>(Method::fisher) ==
              static_cast<int>(ProportionTest::miettinen_nurminen_stratified));

/// A method that compares one arm with the reference.
Estimate compare(const Dataset& data, int arm, Method method, const Analysis& analysis, const Inference& inference,
                 Workspace& workspace) {
  const bool change = analysis.change_from_baseline;
  if (const auto test = proportion_test(method)) return compare_proportions(data, arm, *test, inference, workspace);
  switch (method) {
    case Method::welch:
      return t_test(data, arm, {true, change}, inference, workspace);
    case Method::wilcoxon:
      return wilcoxon(data, arm, {.change_from_baseline = change}, inference, workspace);
    case Method::van_elteren:
      return wilcoxon(data, arm, {.stratified = true, .change_from_baseline = change}, inference, workspace);
    case Method::log_rank:
      return log_rank(data, arm, {}, inference, workspace);
    case Method::log_rank_stratified:
      return log_rank(data, arm, {.stratified = true}, inference, workspace);
    case Method::win_ratio:
      return win_ratio(data, arm, {}, inference, workspace);
    case Method::net_benefit:
      return win_ratio(data, arm, {.measure = WinRatioOptions::Measure::net_benefit}, inference, workspace);
    case Method::finkelstein_schoenfeld:
      return win_ratio(
          data, arm,
          {.measure = WinRatioOptions::Measure::net_benefit, .test = WinRatioOptions::Test::finkelstein_schoenfeld},
          inference, workspace);
    default:
      return t_test(data, arm, {false, change}, inference, workspace);
  }
}

/// A method that fits all arms at once; false when it is not one.
bool fit(const Dataset& data, Method method, const Analysis& analysis, const Inference& inference, Workspace& workspace,
         std::span<Estimate> contrasts) {
  switch (method) {
    case Method::ancova:
      ancova(
          data,
          {.change_from_baseline = analysis.change_from_baseline, .adjust_for_baseline = analysis.adjust_for_baseline},
          inference, workspace, contrasts);
      return true;
    case Method::proportional_odds:
      proportional_odds(data, inference, workspace, contrasts);
      return true;
    case Method::cox:
      cox(data, {}, inference, workspace, contrasts);
      return true;
    case Method::cox_stratified:
      cox(data, {.stratified = true}, inference, workspace, contrasts);
      return true;
    case Method::negative_binomial:
      compare_counts(data, {}, inference, workspace, contrasts);
      return true;
    case Method::poisson:
      compare_counts(data, {.poisson = true}, inference, workspace, contrasts);
      return true;
    default:
      return false;
  }
}

Decision decide(const Dataset& data, int arm, const Result& result, const Analysis& analysis, Workspace& workspace) {
  if (const auto test = proportion_test(result.method)) {
    return decide_proportions(data, arm, *test, result.estimate, analysis.hypothesis, workspace);
  }
  return decide(result.estimate, analysis.hypothesis, workspace, analysis.p_values);
}

/// Fills the results that are still open with what `method` finds.
void try_method(const Dataset& data, Method method, const Analysis& analysis, const Inference& inference,
                Workspace& workspace, std::span<Result> results) {
  constexpr std::size_t few = 16;  // contrasts; more would be an unusual trial, and cost an allocation
  std::array<Estimate, few> here;
  std::vector<Estimate> on_heap(results.size() > few ? results.size() : 0);
  const auto contrasts = results.size() > few ? std::span(on_heap) : std::span(here).first(results.size());
  const bool together = fit(data, method, analysis, inference, workspace, contrasts);
  for (std::size_t k = 0; k < results.size(); ++k) {
    auto& result = results[k];
    if (result.estimate.ok()) continue;
    const int arm = static_cast<int>(k) + 1;
    auto estimate = together ? contrasts[k] : compare(data, arm, method, analysis, inference, workspace);
    if (result.first_failure == Failure::none) {
      result.first_failure = estimate.failure;
    } else if (!estimate.ok()) {
      continue;  // the declared method's failure is the one to report
    }
    result.estimate = estimate;
    result.method = method;
  }
}

}  // namespace

const MethodDescription& describe(Method method) {
  return descriptions[static_cast<std::size_t>(method)];
}

std::optional<Method> method_named(std::string_view name) {
  const auto found = std::find_if(descriptions.begin(), descriptions.end(),
                                  [name](const MethodDescription& description) { return name == description.name; });
  if (found == descriptions.end()) return std::nullopt;
  return found->method;
}

void analyze(const Dataset& data, const Analysis& analysis, Workspace& workspace, std::span<Result> results) {
  const Inference inference{
      .level = interval_level(analysis.hypothesis), .p_value = analysis.p_values, .interval = analysis.intervals};
  Result open;
  open.estimate.failure = Failure::empty_arm;
  std::fill(results.begin(), results.end(), open);
  try_method(data, analysis.method, analysis, inference, workspace, results);
  for (const auto fallback : analysis.fallbacks) {
    if (std::all_of(results.begin(), results.end(), [](const Result& result) { return result.estimate.ok(); })) break;
    try_method(data, fallback, analysis, inference, workspace, results);
  }
  for (std::size_t k = 0; k < results.size(); ++k) {
    results[k].decision = decide(data, static_cast<int>(k) + 1, results[k], analysis, workspace);
  }
}

}  // namespace vcohort::analysis
