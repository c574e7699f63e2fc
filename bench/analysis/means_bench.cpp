#include <benchmark/benchmark.h>

#include <array>

#include "bench/analysis/trial.hpp"
#include "engine/analysis/ancova.hpp"
#include "engine/analysis/t_test.hpp"

namespace vcohort::analysis {
namespace {

const BenchTrial trial;

void t_test_200(benchmark::State& state, bool welch, bool p_value) {
  Workspace workspace;
  const auto data = trial.view(trial.outcome);
  for (auto _ : state) {
    const auto estimate = t_test(data, 1, {.welch = welch}, {.p_value = p_value}, workspace);
    benchmark::DoNotOptimize(decide(estimate, {}, workspace, false));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(t_test_200, decision, false, false);
BENCHMARK_CAPTURE(t_test_200, p_value, false, true);
BENCHMARK_CAPTURE(t_test_200, welch_decision, true, false);
BENCHMARK_CAPTURE(t_test_200, welch_p_value, true, true);

void ancova_200(benchmark::State& state, bool factor, bool p_value) {
  Workspace workspace;
  auto data = trial.view(trial.outcome);
  data.covariates = trial.covariate_views;
  const std::array<Factor, 1> factors{Factor{trial.gmfcs, 5}};
  if (factor) data.factors = factors;
  std::array<Estimate, 1> contrast;
  for (auto _ : state) {
    ancova(data, {}, {.p_value = p_value}, workspace, contrast);
    benchmark::DoNotOptimize(decide(contrast[0], {}, workspace, false));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(ancova_200, three_covariates_decision, false, false);
BENCHMARK_CAPTURE(ancova_200, three_covariates_p_value, false, true);
BENCHMARK_CAPTURE(ancova_200, and_factor_of_five_decision, true, false);

}  // namespace
}  // namespace vcohort::analysis
