#include <benchmark/benchmark.h>

#include <cmath>
#include <random>

#include "engine/analysis/mmrm/mmrm.hpp"

/// Fits per second of the mixed model for repeated measures: 200 patients, 5 visits, two arms, a baseline, logistic
/// dropout that depends on the last outcome seen (about 16 % at the last visit), a test at the last visit.
namespace {

using namespace vcohort::analysis;

constexpr int visits = 5, patients = 200, datasets = 64;

struct Trial {
  std::vector<int> arm;
  std::vector<double> outcome, baseline;
};

std::vector<Trial> trials(double holes) {
  std::mt19937_64 generator(20260101);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  std::vector<Trial> result(datasets);
  for (Trial& trial : result) {
    trial.outcome.assign(visits * patients, std::nan(""));
    for (int i = 0; i < patients; ++i) {
      trial.arm.push_back(i % 2);
      trial.baseline.push_back(50 + 10 * normal(generator));
      const double own = 0.5 * trial.baseline.back() + 5 * normal(generator);
      double last = own, drift = 0;
      for (int t = 0; t < visits; ++t) {
        if (t > 0 && uniform(generator) < 1 / (1 + std::exp(3.2 + 0.02 * (last - 25)))) break;
        drift = 0.7 * drift + 4 * normal(generator);
        last = own + drift + 0.6 * t * trial.arm.back();
        if (uniform(generator) >= holes) trial.outcome[t * patients + i] = last;
      }
    }
  }
  return result;
}

void run(benchmark::State& state, MmrmModel model, double holes) {
  for (int t = 0; t < visits; ++t) model.visits.push_back(std::to_string(t));
  model.arms = {"control", "active"};
  Mmrm mmrm(model);
  const std::vector<Trial> data = trials(holes);
  std::size_t next = 0;
  double iterations = 0, failures = 0;
  for (auto _ : state) {
    const Trial& trial = data[next++ % data.size()];
    const std::span<const double> covariates[] = {trial.baseline};
    const MmrmFit& fit = mmrm.fit({trial.arm, trial.outcome, covariates});
    benchmark::DoNotOptimize(mmrm.contrast(visits - 1, 1).p);
    iterations += fit.iterations;
    failures += fit.ok() ? 0 : 1;
  }
  state.counters["fits"] = benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  state.counters["iterations"] = iterations / static_cast<double>(state.iterations());
  state.counters["failures"] = failures;
}

MmrmModel with_baseline(bool by_visit) {
  MmrmModel model;
  model.covariates = {{"baseline", {}, by_visit}};
  return model;
}
MmrmModel by_visit() {
  return with_baseline(true);
}

void closed_form(benchmark::State& state) {
  run(state, by_visit(), 0);
}
BENCHMARK(closed_form)->Unit(benchmark::kMicrosecond);

void iterated(benchmark::State& state) {
  MmrmModel model = by_visit();
  model.closed_form = false;
  run(state, model, 0);
}
BENCHMARK(iterated)->Unit(benchmark::kMicrosecond);

void main_effect(benchmark::State& state) {
  run(state, with_baseline(false), 0);
}
BENCHMARK(main_effect)->Unit(benchmark::kMicrosecond);

void intermittent(benchmark::State& state) {
  run(state, by_visit(), 0.05);
}
BENCHMARK(intermittent)->Unit(benchmark::kMicrosecond);

void kenward_roger(benchmark::State& state) {
  MmrmModel model = by_visit();
  model.degrees_of_freedom = MmrmDegreesOfFreedom::kenward_roger;
  run(state, model, 0);
}
BENCHMARK(kenward_roger)->Unit(benchmark::kMicrosecond);

void compound_symmetry(benchmark::State& state) {
  MmrmModel model = by_visit();
  model.structures = {CovarianceStructure::compound_symmetry};
  run(state, model, 0);
}
BENCHMARK(compound_symmetry)->Unit(benchmark::kMicrosecond);

}  // namespace
