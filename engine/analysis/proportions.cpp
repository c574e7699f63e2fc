#include "engine/analysis/proportions.hpp"

#include <cmath>

#include "engine/analysis/risk_difference.hpp"
#include "engine/numeric/student_t.hpp"

namespace vcohort::analysis {
namespace {

/// One table per stratum, or one for all. False when an outcome is neither 0 nor 1.
bool count(const Dataset& data, int arm, bool stratified, std::span<Table2x2> strata) {
  bool valid = true;
  for (std::size_t i = 0; i < data.arm.size(); ++i) {
    const double outcome = data.outcome[i];
    const bool active = data.arm[i] == arm;
    if (outcome != outcome || (!active && data.arm[i] != 0) || (stratified && data.stratum[i] < 0)) continue;
    valid &= outcome == 0 || outcome == 1;
    auto& table = strata[stratified ? static_cast<std::size_t>(data.stratum[i]) : 0];
    table.events += active && outcome == 1;
    table.patients += active;
    table.reference_events += !active && outcome == 1;
    table.reference_patients += !active;
  }
  return valid;
}

bool has_empty_arm(std::span<const Table2x2> strata) {
  std::int64_t active = 0, reference = 0;
  for (const auto& stratum : strata) {
    active += stratum.patients;
    reference += stratum.reference_patients;
  }
  return active == 0 || reference == 0;
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
  estimate.statistic = is_constant(table) ? 0 : pearson_z(table);
  return estimate;
}

Estimate test_by_chi_square(const Table2x2& table, const Inference& inference, Workspace& workspace) {
  auto estimate = describe(table, inference, workspace);
  estimate.statistic = is_constant(table) ? 0 : pearson_z(table);
  if (inference.p_value) estimate.p = student_two_sided(estimate.statistic, normal_df);
  return estimate;
}

}  // namespace

Estimate compare_proportions(const Dataset& data, int arm, ProportionTest test, const Inference& inference,
                             Workspace& workspace) {
  const bool by_stratum = test == ProportionTest::cochran_mantel_haenszel || test == ProportionTest::miettinen_nurminen;
  const bool stratified = by_stratum && !data.stratum.empty();
  const auto strata = workspace.tables(stratified ? static_cast<std::size_t>(data.strata) : 1);
  const bool valid = count(data, arm, stratified, strata);
  if (has_empty_arm(strata)) return failed(Failure::empty_arm);
  if (!valid) return failed(Failure::not_finite);
  switch (test) {
    case ProportionTest::fisher:
      return test_by_fisher(strata.front(), inference, workspace);
    case ProportionTest::chi_square:
      return test_by_chi_square(strata.front(), inference, workspace);
    case ProportionTest::cochran_mantel_haenszel:
      return cochran_mantel_haenszel(strata, inference, workspace);
    case ProportionTest::miettinen_nurminen:
      break;
  }
  return miettinen_nurminen(strata, inference, workspace);
}

void fit_fisher(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
                std::span<Estimate> contrasts) {
  each_arm(contrasts,
           [&](int arm) { return compare_proportions(data, arm, ProportionTest::fisher, inference, workspace); });
}

void fit_chi_square(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
                    std::span<Estimate> contrasts) {
  each_arm(contrasts,
           [&](int arm) { return compare_proportions(data, arm, ProportionTest::chi_square, inference, workspace); });
}

void fit_cmh(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
             std::span<Estimate> contrasts) {
  each_arm(contrasts, [&](int arm) {
    return compare_proportions(data, arm, ProportionTest::cochran_mantel_haenszel, inference, workspace);
  });
}

void fit_risk_difference(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
                         std::span<Estimate> contrasts) {
  each_arm(contrasts, [&](int arm) {
    return compare_proportions(data, arm, ProportionTest::miettinen_nurminen, inference, workspace);
  });
}

}  // namespace vcohort::analysis
