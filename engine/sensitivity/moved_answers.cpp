#include "engine/sensitivity/moved_answers.hpp"

#include <fmt/format.h>
#include <oneapi/tbb/parallel_for.h>

#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "engine/cohort/cohort.hpp"
#include "engine/evidence/values.hpp"
#include "engine/numeric/columns.hpp"
#include "engine/sensitivity/entering.hpp"
#include "engine/sensitivity/influence.hpp"
#include "engine/sensitivity/stages.hpp"
#include "engine/sensitivity/tornado.hpp"
#include "engine/trial/trial.hpp"

namespace vcohort {

namespace {

/// Everything that a study answers at one point of the parameters. The values of an output are those of groups of
/// patients that are independent of each other and equally large: what they have in common is the parameters.
struct Answers {
  std::vector<DrawOutput> outputs;
  std::vector<std::string> best;  // per output: the best strategy of all; empty where nothing is decided
};

class AnsweringStudy {
 public:
  AnsweringStudy(const Study& study, const Evidence& evidence, const MovedSizes& sizes)
      : study_(study), evidence_(evidence), sizes_(sizes) {
    if (study.policy) policy_ = movable_model(study, evidence, sizes.patients);
    if (!study.trial) return;
    study_.trial->sample_size = {study.trial->sample_size.back()};
    study_.trial->replicates = sizes.replicates;
    study_.trial->save_replicates = true;
  }

  Answers at(const ParameterValues& values) const {
    Answers answers;
    const Evidence point = certain_at(evidence_, values);
    if (study_.cohort) add(answers, outputs_of_cohort(study_, point, 0, cohort_draws()));
    if (study_.trial && !study_.data_model) add_trial(answers, point);
    if (study_.policy) add_policy(answers, values);
    return answers;
  }

 private:
  std::uint32_t cohort_draws() const { return static_cast<std::uint32_t>(sizes_.patients / Cohort::draw_size); }

  static void add(Answers& answers, std::vector<DrawOutput> outputs) {
    for (DrawOutput& output : outputs) {
      answers.outputs.push_back(std::move(output));
      answers.best.emplace_back();
    }
  }

  void add_trial(Answers& answers, const Evidence& point) const {
    const Trial trial(study_, point);
    Tally tally = trial.empty_tally();
    std::vector<Table> replicates = trial.row_tables();
    for (std::int64_t block = 0; block < trial.blocks(); ++block) trial.simulate_block(block, tally, replicates);
    const TrialQuestion& question = *study_.trial;
    for (const TrialColumn which : {TrialColumn::estimate, TrialColumn::power})
      add(answers, outputs_of_replicates(replicates.front(), point.name, question.analyses.front().name,
                                         question.sample_size.back(), which));
  }

  void add_policy(Answers& answers, const ParameterValues& values) const {
    const Evaluation found = policy_.evaluate(values);
    for (const double k : policy_.willingness_to_pay)
      for (std::size_t strategy = 0; strategy < policy_.strategies.size(); ++strategy) {
        if (strategy == policy_.reference) continue;
        answers.outputs.push_back(net_benefit(found, k, strategy));
        answers.best.push_back(policy_.strategies[found.best(k, policy_.reference)]);
      }
  }

  DrawOutput net_benefit(const Evaluation& found, double k, std::size_t strategy) const {
    DrawOutput output{"policy",
                      policy_.strategies[strategy],
                      fmt::format("incremental net benefit at {:g} {}", k, policy_.currency),
                      {},
                      {}};
    for (std::size_t batch = 0; batch < Evaluation::batches; ++batch) {
      const auto size = static_cast<double>(found.first_patient(batch + 1) - found.first_patient(batch));
      const auto gain = [&](std::size_t s) { return k * found.effect(batch, s) - found.cost(batch, s); };
      output.draw.push_back(static_cast<std::uint32_t>(batch));
      output.value.push_back((gain(strategy) - gain(policy_.reference)) / size);
    }
    return output;
  }

  Study study_;
  const Evidence& evidence_;
  MovedSizes sizes_;
  MovableModel policy_;
};

/// Mean of equally large groups, and its standard error.
Estimate mean_of(const std::vector<double>& groups) {
  const auto n = static_cast<double>(groups.size());
  double mean = 0, squares = 0;
  for (const double value : groups) mean += value / n;
  for (const double value : groups) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / (n - 1) / n)};
}

constexpr std::size_t low = 0, middle = 1, high = 2;

struct Row {
  const DrawOutput* output;
  const Coordinate* input;
  std::array<double, 3> parameter;  // the first member, at low, point and high
  std::array<Estimate, 3> answer;
  Estimate change;  // from low to high
  std::array<std::string, 3> best;
  std::size_t left_out;
};

/// One answer at three points, of the groups that have it at all of them.
Row row_of(const std::array<const Answers*, 3>& at, std::size_t output) {
  std::array<std::vector<double>, 3> kept;
  std::vector<double> change;
  const auto value = [&](std::size_t point, std::size_t group) { return at[point]->outputs[output].value[group]; };
  const std::size_t groups = at[middle]->outputs[output].value.size();
  for (std::size_t group = 0; group < groups; ++group) {
    if (!std::isfinite(value(low, group) + value(middle, group) + value(high, group))) continue;
    for (const std::size_t point : {low, middle, high}) kept.at(point).push_back(value(point, group));
    change.push_back(value(high, group) - value(low, group));
  }
  Row row{};
  for (const std::size_t point : {low, middle, high}) {
    row.answer.at(point) = mean_of(kept.at(point));
    row.best.at(point) = at[point]->best[output];
  }
  row.change = mean_of(change);
  row.left_out = groups - change.size();
  return row;
}

Table table_of(const std::vector<Row>& rows, const Evidence& evidence) {
  Table table{
      "/sensitivity/moved_answers",
      "How far single parameters move the answers of a study: low and high are the ends of a parameter's law, all "
      "others stand at their point values; the patients are the same throughout",
      {}};
  const Columns column(table, rows);
  const auto answer = [&](const std::string& name, const char* text, auto of) {
    column(name, "of the output", text, [=](const Row& row) { return of(row).value; });
    column(name + "_mcse", "of the output", "Monte Carlo standard error of it",
           [=](const Row& row) { return of(row).mcse; });
  };
  column("scenario", "", "stance of the evidence", [&](const Row&) { return evidence.name; });
  column("parameter", "", "what moves: a parameter, or the parameters of a shared draw together",
         [](const Row& row) { return row.input->name; });
  column("moved", "1", "number of parameters that move together",
         [](const Row& row) { return row.input->parameters.size(); });
  column("low", "of the parameter", "value of the first of them at the low end",
         [](const Row& row) { return row.parameter[low]; });
  column("value", "of the parameter", "its point value", [](const Row& row) { return row.parameter[middle]; });
  column("high", "of the parameter", "its value at the high end", [](const Row& row) { return row.parameter[high]; });
  column("question", "", "cohort, trial or policy", [](const Row& row) { return row.output->question; });
  column("strategy", "", "strategy, or arm of the trial", [](const Row& row) { return row.output->strategy; });
  column("output", "", "what is moved", [](const Row& row) { return row.output->output; });
  answer("at_low", "answer with the parameter at its low end", [](const Row& row) { return row.answer[low]; });
  answer("answer", "with all parameters at their point values", [](const Row& row) { return row.answer[middle]; });
  answer("at_high", "answer with the parameter at its high end", [](const Row& row) { return row.answer[high]; });
  answer("change", "from the low to the high end, in the same patients", [](const Row& row) { return row.change; });
  column("left_out", "replicates", "without an answer at one of the points",
         [](const Row& row) { return row.left_out; });
  column("best_at_low", "", "best strategy of all at the low end; empty where nothing is decided",
         [](const Row& row) { return row.best[low]; });
  column("best", "", "the same at the point values", [](const Row& row) { return row.best[middle]; });
  column("best_at_high", "", "the same at the high end", [](const Row& row) { return row.best[high]; });
  return table;
}

}  // namespace

Table moved_answers(const Study& study, const Evidence& evidence, std::span<const std::size_t> inputs,
                    const MovedSizes& sizes) {
  const AnsweringStudy answering(study, evidence, sizes);
  const ParameterDraws draws(evidence);
  const auto quantiles =
      (study.policy && study.policy->sensitivity ? *study.policy->sensitivity : SensitivityQuestion{}).quantiles;
  std::vector<ParameterValues> points{draws.at_points()};  // then low and high of every input
  for (const std::size_t input : inputs) {
    auto [below, above] = ends_of_bar(draws, input, quantiles);
    points.insert(points.end(), {std::move(below), std::move(above)});
  }
  std::vector<Answers> found(points.size());
  oneapi::tbb::parallel_for(std::size_t{0}, points.size(), [&](std::size_t k) { found[k] = answering.at(points[k]); });
  const Answers& base = found.front();
  std::vector<Row> rows;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const Coordinate& coordinate = draws.coordinates()[inputs[k]];
    const std::string& member = coordinate.parameters.front().name;
    const std::size_t below = 1 + 2 * k, above = below + 1;
    for (std::size_t output = 0; output < base.outputs.size(); ++output) {
      Row row = row_of({&found[below], &base, &found[above]}, output);
      row.output = &base.outputs[output];
      row.input = &coordinate;
      row.parameter = {points[below].at(member), points.front().at(member), points[above].at(member)};
      rows.push_back(std::move(row));
    }
  }
  return table_of(rows, evidence);
}

}  // namespace vcohort
