#include <benchmark/benchmark.h>

#include <fstream>
#include <iterator>
#include <string>

#include "engine/cohort/cohort.hpp"
#include "engine/numeric/instruction_set.hpp"
#include "io/study/evidence_reader.hpp"

// The cohort question on one thread, a block after the other: items are patients, whatever the number of strategies.
namespace {

using namespace vcohort;

const Evidence& sceptical() {
  static const Evidence evidence = [] {
    const std::string path = VCOHORT_EVIDENCE "/sceptical.toml";
    std::ifstream file(path, std::ios::binary);
    return read_evidence(std::string{std::istreambuf_iterator<char>(file), {}}, path).evidence;
  }();
  return evidence;
}

Strategy msc(Route route, int infusions) {
  Strategy strategy;
  strategy.name = std::string(name_of(route)) + " " + std::to_string(infusions);
  strategy.cells = true;
  strategy.route = route;
  strategy.regimen.dose = route == Route::intravenous ? 2e6 : 1e6;
  strategy.regimen.infusions = infusions;
  strategy.regimen.interval_days = 30;
  return strategy;
}

Study study_of(std::vector<Strategy> strategies, std::vector<std::string> endpoints) {
  Study study;
  study.seed = 1;
  study.population.size = std::int64_t{1} << 40;
  study.population.age_years.kind = Distribution::Kind::uniform;
  study.population.age_years.low = 1;
  study.population.age_years.high = 12;
  study.population.gmfcs = {0.34, 0.255, 0.115, 0.135, 0.155};
  study.strategies = std::move(strategies);
  study.outcomes = {{1, 3, 6, 12, 24}, std::move(endpoints)};
  study.cohort = CohortQuestion{};
  return study;
}

std::vector<Strategy> eight_strategies() {
  std::vector<Strategy> strategies(1);
  strategies[0].name = "rehabilitation";
  for (Route route : {Route::intravenous, Route::intrathecal})
    for (int infusions : {1, 2, 4}) strategies.push_back(msc(route, infusions));
  strategies.push_back(msc(Route::intravenous, 8));
  return strategies;
}

void simulate(benchmark::State& state, const Study& study) {
  const Cohort cohort(study, sceptical());
  Tally tally = cohort.empty_tally();
  std::vector<Table> rows = cohort.row_tables();
  std::int64_t block = 0, patients = 0;
  for (auto iteration : state) {
    patients += cohort.patients_in(block);
    cohort.simulate_block(block++, tally, rows);
  }
  benchmark::DoNotOptimize(tally);
  state.SetItemsProcessed(patients);
}

void rehabilitation_alone(benchmark::State& state) {
  simulate(state, study_of({Strategy{}}, {"gmfm66"}));
}
void one_strategy(benchmark::State& state, InstructionSet set) {
  if (!is_available(set)) return state.SkipWithError("this processor does not have it");
  force_instruction_set(set);
  simulate(state, study_of({msc(Route::intravenous, 4)}, {"gmfm66"}));
  force_instruction_set(best_instruction_set());
}
void twins_under_eight_strategies(benchmark::State& state) {
  simulate(state, study_of(eight_strategies(), {"gmfm66"}));
}

void eight_strategies_by_level(benchmark::State& state) {
  Study study = study_of(eight_strategies(), {"gmfm66"});
  StratumDimension levels;
  levels.variable = StratumDimension::Variable::gmfcs;
  for (int level = 0; level < gmfcs_levels; ++level) {
    levels.groups.push_back({level});
    levels.names.emplace_back(gmfcs_name(level));
  }
  study.stratifications = {{"level", {levels}}};
  simulate(state, study);
}

void ten_scores(benchmark::State& state) {
  simulate(state,
           study_of({msc(Route::intravenous, 4)}, {"gmfm66", "gmfm88", "standing", "walking", "adl", "fine_motor",
                                                   "sociability", "adaptability", "expressive_language", "sleep"}));
}

void uncertain_parameters(benchmark::State& state) {
  Study study = study_of(eight_strategies(), {"gmfm66"});
  study.uncertain_parameters = true;
  study.population.size = std::int64_t{1} << 38;
  simulate(state, study);
}

BENCHMARK(rehabilitation_alone);
BENCHMARK_CAPTURE(one_strategy, avx512, InstructionSet::avx512);
BENCHMARK_CAPTURE(one_strategy, avx2, InstructionSet::avx2);
BENCHMARK_CAPTURE(one_strategy, baseline, InstructionSet::baseline);
BENCHMARK(twins_under_eight_strategies);
BENCHMARK(eight_strategies_by_level);
BENCHMARK(ten_scores);
BENCHMARK(uncertain_parameters);

}  // namespace
