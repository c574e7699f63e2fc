#include "engine/sensitivity/entering.hpp"

#include <algorithm>
#include <memory>

#include "engine/cohort/cohort.hpp"
#include "engine/evidence/registry.hpp"
#include "engine/trial/trial.hpp"

namespace vcohort {

namespace {

/// Which parameters matter depends on the others, on those above all that switch an effect off: several draws are
/// tried.
constexpr std::uint32_t draws_tried = 3;

/// Bits, so that a missing answer equals itself.
bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return x == y || (x != x && y != y); });
}

std::vector<double> of_trial(const Study& study, const Evidence& point, std::uint32_t replicate) {
  const Table data = Trial(study, point).dataset(replicate, study.trial->sample_size.back());
  std::vector<double> all;
  for (const Column& column : data.columns)
    if (const auto* numbers = std::get_if<std::vector<double>>(&column.values))
      all.insert(all.end(), numbers->begin(), numbers->end());
  return all;
}

}  // namespace

Evidence certain_at(Evidence evidence, const ParameterValues& values) {
  for (Parameter& parameter : evidence.parameters) {
    parameter.value = values.at_index(*registry_index(parameter.name));
    parameter.uncertainty = {};
    parameter.draw.clear();
  }
  evidence.joint.clear();
  return evidence;
}

std::vector<DrawOutput> outputs_of_cohort(Study study, const Evidence& point, std::uint32_t from, std::uint32_t to) {
  study.population.size = to * Cohort::draw_size;
  study.uncertain_parameters = true;
  study.cohort->save_patients = false;
  const Cohort cohort(study, point);
  Tally tally = cohort.empty_tally();
  std::vector<Table> rows = cohort.row_tables();
  for (std::uint32_t draw = from; draw < to; ++draw) cohort.simulate_block(draw, tally, rows);
  const auto draws = std::find_if(rows.begin(), rows.end(), [](const Table& t) { return t.path == "/cohort/draws"; });
  return outputs_of_draws(*draws, point.name);
}

AnswersAt answers_of(const Study& given, const std::vector<DrawOutput>& outputs) {
  const auto study = std::make_shared<Study>(given);
  const auto has = [&](const char* question) {
    return std::any_of(outputs.begin(), outputs.end(), [&](const DrawOutput& o) { return o.question == question; });
  };
  return [study, outputs, cohort = has("cohort"), trial = has("trial")](const Evidence& point, std::uint32_t draw) {
    const std::vector<DrawOutput> gained =
        cohort ? outputs_of_cohort(*study, point, draw, draw + 1) : std::vector<DrawOutput>();
    const std::vector<double> data = trial ? of_trial(*study, point, draw) : std::vector<double>();
    std::vector<std::vector<double>> answers;
    for (const DrawOutput& output : outputs) {
      const auto found = std::find_if(gained.begin(), gained.end(), [&](const DrawOutput& g) {
        return g.strategy == output.strategy && g.output == output.output;
      });
      answers.push_back(output.question == "trial" ? data
                        : found == gained.end()    ? std::vector<double>()
                                                   : found->value);
    }
    return answers;
  };
}

std::vector<std::vector<bool>> entering_inputs(const Evidence& evidence, std::uint64_t seed,
                                               const std::vector<UncertainInput>& inputs, const AnswersAt& answers) {
  const ParameterDraws parameters(evidence);
  std::vector<std::vector<bool>> enters;
  for (std::uint32_t draw = 0; draw < draws_tried; ++draw) {
    const ParameterValues here = parameters.draw(seed, draw);
    const ParameterValues there = parameters.draw(seed, (draw + 1) % draws_tried);
    const std::vector<std::vector<double>> before = answers(certain_at(evidence, here), draw);
    enters.resize(before.size(), std::vector<bool>(inputs.size(), false));
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      ParameterValues moved = here;
      for (const Coordinate& coordinate : parameters.coordinates())
        if (coordinate.name == inputs[k].parameter)
          for (const Parameter& member : coordinate.parameters) moved.set(member.name, there.at(member.name));
      const std::vector<std::vector<double>> after = answers(certain_at(evidence, moved), draw);
      for (std::size_t output = 0; output < before.size(); ++output)
        if (!same(before[output], after[output])) enters[output][k] = true;
    }
  }
  return enters;
}

}  // namespace vcohort
