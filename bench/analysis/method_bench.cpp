#include <benchmark/benchmark.h>

#include <string>

#include "bench/analysis/trial.hpp"

namespace vcohort::analysis {
namespace {

/// The outcome that a method is made for.
std::pair<OutcomeKind, const std::vector<double>*> outcome_for(const Method& method, const BenchTrial& trial) {
  if (method.fits.contains(OutcomeKind::score)) return {OutcomeKind::score, &trial.outcome};
  if (method.fits.contains(OutcomeKind::ordinal)) return {OutcomeKind::ordinal, &trial.ordinal};
  if (method.fits.contains(OutcomeKind::binary)) return {OutcomeKind::binary, &trial.binary};
  return {method.fits.contains(OutcomeKind::count) ? OutcomeKind::count : OutcomeKind::survival, &trial.count};
}

/// A whole analysis of 200 patients: estimate, interval and decision, with its p or without.
void analyze_200(benchmark::State& state, const Method& method, std::size_t covariates, bool p_values) {
  BenchTrial trial;
  const auto [kind, endpoint] = outcome_for(method, trial);
  AnalysisPlan plan;
  plan.method = method.name;
  for (std::size_t k = 0; k < covariates; ++k) plan.adjust.push_back("x" + std::to_string(k));
  if (method.strata == Method::Strata::required) plan.stratify = {"stratum"};
  Analysis analysis(plan, {.kind = kind}, 0.05, 2, p_values);
  const Records records = trial.records(*endpoint, covariates, !plan.stratify.empty());
  for (auto _ : state) benchmark::DoNotOptimize(analysis.run(records));
  if (!analysis.run(records).front().ok()) state.SkipWithError("the method failed");
  state.SetItemsProcessed(state.iterations());
}

const bool registered = [] {
  for (const Method& method : methods) {
    if (method.repeated) continue;  // bench/mmrm
    for (const std::size_t covariates : {std::size_t{0}, std::size_t{3}})
      for (const bool p_values : {true, false}) {
        if (covariates > 0 && !method.adjusts) continue;
        const std::string name = "analyze_200/" + std::string(method.name) + (covariates > 0 ? ", 3 covariates" : "") +
                                 (p_values ? "" : ", decision alone");
        benchmark::RegisterBenchmark(name.c_str(), [&method, covariates, p_values](auto& state) {
          analyze_200(state, method, covariates, p_values);
        });
      }
  }
  return true;
}();

}  // namespace
}  // namespace vcohort::analysis
