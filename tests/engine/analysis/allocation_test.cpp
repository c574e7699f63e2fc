#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <random>
#include <vector>

#include "engine/analysis/analysis.hpp"
#include "engine/analysis/mmrm/mmrm.hpp"

// A sanitizer has a malloc of its own.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)

namespace {
std::size_t allocations = 0;
}

extern "C" {
void* __libc_malloc(std::size_t) noexcept;
void* malloc(std::size_t bytes) noexcept {
  ++allocations;
  return __libc_malloc(bytes);
}
}

namespace vcohort::analysis {
namespace {

/// Sixty patients of two arms with everything that a method may ask for.
struct Patients {
  std::vector<int> arm, site, level, crossing;
  std::vector<double> yes, other_yes, baseline, first, last, age, time, count, exposure;
  std::vector<std::uint8_t> event;

  explicit Patients(unsigned seed) {
    std::mt19937 generator(seed);
    std::normal_distribution<double> normal;
    for (int i = 0; i < 60; ++i) {
      arm.push_back(i % 2);
      site.push_back(i / 2 % 3);
      level.push_back(i / 4 % 4);
      crossing.push_back(1 + i % 2);
      yes.push_back(static_cast<double>(i % 2));
      other_yes.push_back(static_cast<double>(i % 3 == 0));
      baseline.push_back(normal(generator));
      first.push_back(baseline.back() + normal(generator));
      last.push_back(baseline.back() + normal(generator) + (i % 2) / 2.0);
      age.push_back(normal(generator));
      time.push_back(1 + std::abs(normal(generator)));
      event.push_back(i % 5 != 0);
      count.push_back(static_cast<double>(i % 4));
      exposure.push_back(1 + i % 3);
    }
  }
};

/// After the first trial an analysis does not allocate.
TEST(Allocation, HappensInTheFirstTrialOnly) {
  const Patients one(1), other(2);
  for (const Method& method : methods) {
    const OutcomeKind kind = method.fits.contains(OutcomeKind::score)      ? OutcomeKind::score
                             : method.fits.contains(OutcomeKind::survival) ? OutcomeKind::survival
                             : method.fits.contains(OutcomeKind::count)    ? OutcomeKind::count
                             : method.responders                           ? OutcomeKind::score
                                                                           : OutcomeKind::ordinal;
    AnalysisPlan plan;
    plan.method = method.name;
    plan.responder_threshold = method.responders ? 0.5 : 0;
    plan.change_from_baseline = method.change_from_baseline;
    if (method.adjusts) plan.adjust = {"baseline"};
    if (method.weights == Method::Weights::one) plan.weights = {{0, 1}};
    if (method.weights == Method::Weights::several) plan.weights = {{0, 0}, {0, 0.5}, {0.5, 0}, {0.5, 0.5}};
    plan.tau_months = plan.at_months = method.horizon == Method::Horizon::none ? 0 : 1.5;
    Analysis analysis(plan, {kind, false}, 0.05, 2);
    std::size_t later = 0;
    for (const Patients* patients : {&one, &other, &one}) {
      const std::array<std::span<const double>, 2> values = {patients->first, patients->last};
      const std::array<std::span<const double>, 1> counts = {patients->count}, covariates = {patients->age};
      const std::array<Factor, 1> factors = {{{patients->level, 4}}}, strata = {{{patients->site, 3}}};
      Records records;
      records.arm = patients->arm;
      records.values = values;
      records.visit = 1;
      records.baseline = patients->baseline;
      records.crossing = patients->crossing;
      const std::array<std::span<const double>, 2> shares = {patients->yes, patients->other_yes};
      if (method.paired && method.fits.contains(OutcomeKind::binary)) {
        records.values = shares;
        records.baseline = patients->yes;
      }
      if (method.adjusts) {
        records.covariates = covariates;
        records.factors = factors;
      }
      if (method.strata != Method::Strata::none) records.strata = strata;
      if (kind == OutcomeKind::survival) {
        records.time = patients->time;
        records.event = patients->event;
      }
      if (kind == OutcomeKind::count) {
        records.values = counts;
        records.visit = 0;
        records.exposure = patients->exposure;
      }
      const std::size_t before = allocations;
      ASSERT_TRUE(analysis.run(records).front().ok()) << method.name;
      later = allocations - before;
    }
    EXPECT_EQ(later, 0) << method.name;
  }
}

}  // namespace
}  // namespace vcohort::analysis

#endif
