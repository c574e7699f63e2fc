#include "engine/analysis/proportions.hpp"

#include <cmath>
#include <optional>
#include <vector>

#include "engine/analysis/distribution.hpp"
#include "engine/analysis/risk_difference.hpp"

namespace vcohort::analysis {
namespace {

bool is_stratified(ProportionTest test) {
  return test == ProportionTest::cochran_mantel_haenszel ||
         test == ProportionTest::cochran_mantel_haenszel_continuity ||
         test == ProportionTest::miettinen_nurminen_stratified;
}

/// One table per stratum, or one for all.
struct Counts {
  std::vector<Table2x2> strata;
  bool valid = true;
};

Counts count(const Dataset& data, int arm, bool stratified) {
  Counts counts;
  counts.strata.resize(stratified ? static_cast<std::size_t>(data.strata) : 1);
  for (std::size_t i = 0; i < data.arm.size(); ++i) {
    const double outcome = data.outcome[i];
    const bool active = data.arm[i] == arm;
    if (outcome != outcome || (!active && data.arm[i] != 0) || (stratified && data.stratum[i] < 0)) continue;
    counts.valid &= outcome == 0 || outcome == 1;
    auto& table = counts.strata[stratified ? static_cast<std::size_t>(data.stratum[i]) : 0];
    table.events += active && outcome == 1;
    table.patients += active;
    table.reference_events += !active && outcome == 1;
    table.reference_patients += !active;
  }
  return counts;
}

std::optional<Failure> unusable(const Counts& counts) {
  std::int64_t active = 0, reference = 0;
  for (const auto& stratum : counts.strata) {
    active += stratum.patients;
    reference += stratum.reference_patients;
  }
  if (active == 0 || reference == 0) return Failure::empty_arm;
  if (!counts.valid) return Failure::not_finite;
  return std::nullopt;
}

/// Risk difference and interval, to which a test adds its p-value.
Estimate describe(const Table2x2& table, const Inference& inference, Workspace& workspace) {
  auto estimate = miettinen_nurminen(
      {&table, 1}, {.level = inference.level, .p_value = false, .interval = inference.interval}, workspace);
  const double n = static_cast<double>(table.patients), m = static_cast<double>(table.reference_patients);
  const double p = static_cast<double>(table.events) / n, q = static_cast<double>(table.reference_events) / m;
  estimate.se = std::sqrt(p * (1 - p) / n + q * (1 - q) / m);
  return estimate;
}

/// Nobody, or everybody, has the event: whatever the arms, the outcome would have been this one, and p is 1.
bool is_constant(const Table2x2& table) {
  return table.total_events() == 0 || table.total_events() == table.total();
}

Estimate test_by_fisher(const Table2x2& table, const Inference& inference, Workspace& workspace) {
  auto estimate = describe(table, inference, workspace);
  const auto p = fisher_exact(table, workspace);
  estimate.reference = Reference::exact;
  estimate.p = p.two_sided;
  estimate.p_less = p.less;
  estimate.p_greater = p.greater;
  estimate.statistic = is_constant(table) ? 0 : pearson_z(table, false);
  return estimate;
}

Estimate test_by_chi_square(const Table2x2& table, bool continuity, const Inference& inference, Workspace& workspace) {
  auto estimate = describe(table, inference, workspace);
  estimate.statistic = is_constant(table) ? 0 : pearson_z(table, continuity);
  if (inference.p_value) estimate.p = student_two_sided(estimate.statistic, normal_df);
  return estimate;
}

}  // namespace

Estimate compare_proportions(const Dataset& data, int arm, ProportionTest test, const Inference& inference,
                             Workspace& workspace) {
  const auto counts = count(data, arm, is_stratified(test));
  if (const auto failure = unusable(counts)) return failed(*failure);
  const auto& table = counts.strata.front();
  switch (test) {
    case ProportionTest::fisher:
      return test_by_fisher(table, inference, workspace);
    case ProportionTest::chi_square:
      return test_by_chi_square(table, false, inference, workspace);
    case ProportionTest::chi_square_continuity:
      return test_by_chi_square(table, true, inference, workspace);
    case ProportionTest::cochran_mantel_haenszel:
      return cochran_mantel_haenszel(counts.strata, false, inference, workspace);
    case ProportionTest::cochran_mantel_haenszel_continuity:
      return cochran_mantel_haenszel(counts.strata, true, inference, workspace);
    case ProportionTest::wald:
      return risk_difference_wald(table, inference, workspace);
    case ProportionTest::miettinen_nurminen:
    case ProportionTest::miettinen_nurminen_stratified:
      break;
  }
  return miettinen_nurminen(counts.strata, inference, workspace);
}

Decision decide_proportions(const Dataset& data, int arm, ProportionTest test, const Estimate& estimate,
                            const Hypothesis& hypothesis, Workspace& workspace) {
  const bool by_score =
      test == ProportionTest::miettinen_nurminen || test == ProportionTest::miettinen_nurminen_stratified;
  if (!by_score || !estimate.ok()) return decide(estimate, hypothesis, workspace);
  return decide_risk_difference(count(data, arm, is_stratified(test)).strata, hypothesis, workspace);
}

}  // namespace vcohort::analysis
