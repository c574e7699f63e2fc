#include <benchmark/benchmark.h>

#include "engine/trial/trial.hpp"
#include "io/study/evidence_reader.hpp"
#include "scenarios/shipped.hpp"

/// Whole trials per second on one core: enrolment, randomisation, outcomes, drop-out, analysis, tally. One item is one
/// trial.
namespace vcohort {
namespace {

AnalysisPlan analysis(const char* method, const char* endpoint) {
  AnalysisPlan plan;
  plan.name = "primary";
  plan.endpoint = endpoint;
  plan.visit_months = 12;
  plan.method = method;
  if (plan.method == "ancova") plan.adjust = {"baseline"};
  if (plan.method == "mmrm") plan.adjust_by_visit = {"baseline"};
  return plan;
}

TrialQuestion question(const AnalysisPlan& plan, bool rows) {
  TrialQuestion trial;
  trial.arms.resize(2);
  trial.arms[0].name = "control";
  trial.arms[1].name = "active";
  trial.arms[1].strategy = 1;
  trial.sample_size = {200};
  trial.replicates = std::int64_t{1} << 31;
  trial.analyses = {plan};
  trial.save_replicates = rows;
  return trial;
}

Study on_data_model(const char* method, const std::vector<double>& visits, bool rows) {
  Study study;
  study.seed = 1;
  study.trial = question(analysis(method, "outcome"), rows);
  DataModel model;
  model.visits_months = visits;
  model.correlation.assign(visits.size(), std::vector<double>(visits.size(), 0.5));
  for (std::size_t v = 0; v < visits.size(); ++v) model.correlation[v][v] = 1;
  model.arms.resize(2);
  for (auto& arm : model.arms) {
    arm.mean.assign(visits.size(), 0.0);
    arm.sd.assign(visits.size(), 1.0);
  }
  for (std::size_t v = 1; v < visits.size(); ++v) model.arms[1].mean[v] = 0.35;
  study.data_model = model;
  return study;
}

Study on_disease_model(const char* method) {
  Study study;
  study.seed = 1;
  study.trial = question(analysis(method, "gmfm66"), false);
  study.population.age_years.kind = Distribution::Kind::uniform;
  study.population.age_years.low = 2;
  study.population.age_years.high = 12;
  study.population.gmfcs = {0.342, 0.256, 0.115, 0.137, 0.15};
  study.outcomes.visits_months = {6, 12};
  study.outcomes.endpoints = {"gmfm66"};
  study.strategies.resize(2);
  study.strategies[0].name = "rehabilitation";
  study.strategies[1].name = "four IV infusions";
  study.strategies[1].cells = true;
  study.strategies[1].regimen.dose = 2e6;
  study.strategies[1].regimen.infusions = 4;
  study.strategies[1].regimen.interval_days = 7;
  return study;
}

void run_blocks(benchmark::State& state, const Study& study, const Evidence& evidence) {
  const Trial trial(study, evidence);
  Tally tally = trial.empty_tally();
  std::int64_t block = 0;
  for (auto _ : state) {
    std::vector<Table> rows = trial.row_tables();
    trial.simulate_block(block++, tally, rows);
  }
  state.SetItemsProcessed(state.iterations() * Trial::block_size);
}

const Evidence no_evidence = [] {
  Evidence none;
  none.name = "none";
  return none;
}();

void data_model(benchmark::State& state, const char* method, bool rows) {
  run_blocks(state, on_data_model(method, {0, 12}, rows), no_evidence);
}
BENCHMARK_CAPTURE(data_model, t, "t", false);
BENCHMARK_CAPTURE(data_model, ancova, "ancova", false);
BENCHMARK_CAPTURE(data_model, ancova_with_rows, "ancova", true);

void data_model_five_visits(benchmark::State& state, const char* method) {
  Study study = on_data_model(method, {0, 3, 6, 9, 12, 24}, false);
  study.trial->analyses[0].visit_months = 24;
  Dropout dropout;
  dropout.months = {24};
  dropout.share = {0.16};
  dropout.mechanism = Dropout::Mechanism::mar;
  dropout.odds_ratio_per_sd = 2;
  study.trial->dropout = dropout;
  run_blocks(state, study, no_evidence);
}
BENCHMARK_CAPTURE(data_model_five_visits, mmrm, "mmrm");
BENCHMARK_CAPTURE(data_model_five_visits, ancova, "ancova");

void disease_model(benchmark::State& state, const char* method) {
  const ShippedFile* file = shipped_file("evidence", "sceptical");
  run_blocks(state, on_disease_model(method), read_evidence(file->text, "sceptical.toml").evidence);
}
BENCHMARK_CAPTURE(disease_model, t, "t");
BENCHMARK_CAPTURE(disease_model, ancova, "ancova");

}  // namespace
}  // namespace vcohort
