#include <benchmark/benchmark.h>

#include <array>
#include <string>

#include "bench/analysis/trial.hpp"
#include "engine/analysis/method.hpp"

namespace vcohort::analysis {
namespace {

const BenchTrial trial;

/// The outcome that a method is made for.
const std::vector<double>& endpoint_of(Method method) {
  if (method >= Method::fisher && method <= Method::miettinen_nurminen_stratified) return trial.binary;
  if (method == Method::proportional_odds) return trial.ordinal;
  if (method == Method::negative_binomial || method == Method::poisson) return trial.count;
  return trial.outcome;
}

/// A whole analysis of 200 patients: estimate, interval, p and decision; models adjust for `covariates` covariates.
void analyze_200(benchmark::State& state, Method method, std::size_t covariates) {
  Workspace workspace;
  auto data = trial.view(endpoint_of(method));
  data.covariates = std::span(trial.covariate_views).first(covariates);
  const std::array<RankedEndpoint, 2> hierarchy{RankedEndpoint{.value = trial.time, .event = trial.event},
                                                RankedEndpoint{.value = trial.outcome}};
  data.hierarchy = hierarchy;
  std::array<Result, 1> results;
  const Analysis analysis{.method = method};
  for (auto _ : state) {
    analyze(data, analysis, workspace, results);
    benchmark::DoNotOptimize(results);
  }
  if (!results[0].estimate.ok()) state.SkipWithError(name_of(results[0].estimate.failure));
  state.SetItemsProcessed(state.iterations());
}

const bool registered = [] {
  for (int k = 0; k < methods; ++k) {
    const auto method = static_cast<Method>(k);
    for (const std::size_t covariates : {std::size_t{0}, std::size_t{3}}) {
      const bool adjusts = method == Method::ancova || method == Method::proportional_odds || method == Method::cox ||
                           method == Method::cox_stratified || method == Method::negative_binomial ||
                           method == Method::poisson;
      if (covariates > 0 && !adjusts) continue;
      const auto name = std::string("analyze_200/") + describe(method).name + (covariates > 0 ? ", 3 covariates" : "");
      benchmark::RegisterBenchmark(name.c_str(), analyze_200, method, covariates);
    }
  }
  return true;
}();

}  // namespace
}  // namespace vcohort::analysis
