#pragma once
#include <cmath>
#include <string>
#include <vector>

#include "engine/study/study.hpp"
#include "engine/trial/trial.hpp"

/// Small studies for tests of trials.
namespace vcohort::test {

inline constexpr double mcse_allowed = 4.5;  // a false alarm in 150,000 comparisons

inline AnalysisPlan analysis(const std::string& method, double visit_months = 12) {
  AnalysisPlan plan;
  plan.name = "primary";
  plan.endpoint = "outcome";
  plan.visit_months = visit_months;
  plan.method = method;
  return plan;
}

/// Two arms, 1:1, simple design on a data model.
inline Study two_arms(const std::string& method, std::int64_t sample_size, std::int64_t replicates) {
  Study study;
  study.seed = 4711;
  study.stances = {"none"};
  TrialQuestion trial;
  trial.arms.resize(2);
  trial.arms[0].name = "control";
  trial.arms[1].name = "active";
  trial.arms[1].strategy = 1;
  trial.sample_size = {sample_size};
  trial.replicates = replicates;
  trial.randomisation.block = 2;
  trial.analyses = {analysis(method)};
  study.trial = trial;
  DataModel model;
  model.visits_months = {12};
  model.arms.resize(2);
  model.arms[0].name = "control";
  model.arms[1].name = "active";
  study.data_model = model;
  return study;
}

/// Normal outcomes with SD one at month 12.
inline Study normal_trial(const std::string& method, std::int64_t sample_size, double effect, std::int64_t replicates) {
  Study study = two_arms(method, sample_size, replicates);
  study.data_model->arms[0].mean = {0};
  study.data_model->arms[1].mean = {effect};
  for (auto& arm : study.data_model->arms) arm.sd = {1};
  return study;
}

/// The same with a baseline of correlation rho.
inline Study normal_trial_with_baseline(const std::string& method, std::int64_t sample_size, double effect, double rho,
                                        std::int64_t replicates) {
  Study study = normal_trial(method, sample_size, effect, replicates);
  study.data_model->visits_months = {0, 12};
  study.data_model->correlation = {{1, rho}, {rho, 1}};
  for (auto& arm : study.data_model->arms) {
    arm.mean.insert(arm.mean.begin(), 0.0);
    arm.sd.insert(arm.sd.begin(), 1.0);
  }
  return study;
}

inline const Evidence& no_evidence() {
  static const Evidence evidence = [] {
    Evidence none;
    none.name = "none";
    return none;
  }();
  return evidence;
}

/// The operating characteristics of all blocks.
inline Table run(const Trial& trial) {
  Tally tally = trial.empty_tally();
  for (std::int64_t block = 0; block < trial.blocks(); ++block) {
    std::vector<Table> rows;
    trial.simulate_block(block, tally, rows);
  }
  return trial.deliver(tally).front();
}
inline Table run(const Study& study) {
  return run(Trial(study, no_evidence()));
}

inline double number(const Table& table, const std::string& column, std::size_t row = 0) {
  const Column* found = table.find(column);
  if (found == nullptr) throw std::invalid_argument(column);
  if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&found->values))
    return static_cast<double>(integers->at(row));
  if (const auto* truths = std::get_if<std::vector<Truth>>(&found->values)) return truths->at(row).value;
  return std::get<std::vector<double>>(found->values).at(row);
}

/// Standard error of a share that is known.
inline double binomial_se(double p, double n) {
  return std::sqrt(p * (1 - p) / n);
}

}  // namespace vcohort::test
