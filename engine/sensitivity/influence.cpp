#include "engine/sensitivity/influence.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "engine/evidence/registry.hpp"
#include "engine/evidence/values.hpp"
#include "engine/numeric/columns.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/sensitivity/rank_correlation.hpp"

namespace vcohort {

namespace {

template <class Value>
const std::vector<Value>& column(const Table& table, const char* name) {
  const Column* found = table.find(name);
  const auto* values = found ? std::get_if<std::vector<Value>>(&found->values) : nullptr;
  if (!values) throw StorageFailure(table.path + " has no column " + name + ", or it has another type");
  return *values;
}

/// Adds a draw's value to the output of that strategy.
void append(std::vector<DrawOutput>& outputs, const DrawOutput& what, std::int64_t draw, double value) {
  const auto same = [&](const DrawOutput& output) {
    return output.strategy == what.strategy && output.output == what.output;
  };
  auto found = std::find_if(outputs.begin(), outputs.end(), same);
  if (found == outputs.end()) found = outputs.insert(outputs.end(), what);
  found->draw.push_back(static_cast<std::uint32_t>(draw));
  found->value.push_back(value);
}

/// Values of every input in every draw that any output has; a draw is drawn once.
class InputDraws {
 public:
  InputDraws(const Evidence& evidence, std::uint64_t seed, const std::vector<UncertainInput>& inputs,
             const std::vector<DrawOutput>& outputs)
      : values_(inputs.size()) {
    std::vector<std::uint32_t> draws;
    for (const DrawOutput& output : outputs) draws.insert(draws.end(), output.draw.begin(), output.draw.end());
    std::sort(draws.begin(), draws.end());
    draws.erase(std::unique(draws.begin(), draws.end()), draws.end());
    const ParameterDraws parameters(evidence);
    for (const std::uint32_t draw : draws) {
      const ParameterValues values = parameters.draw(seed, draw);
      place_.emplace(draw, place_.size());
      for (std::size_t k = 0; k < inputs.size(); ++k) values_[k].push_back(values.at_index(inputs[k].index));
    }
  }

  std::vector<double> of(std::size_t input, const std::vector<std::uint32_t>& draws) const {
    std::vector<double> values;
    values.reserve(draws.size());
    for (const std::uint32_t draw : draws) values.push_back(values_[input][place_.at(draw)]);
    return values;
  }

 private:
  std::vector<std::vector<double>> values_;  // [input][place]
  std::map<std::uint32_t, std::size_t> place_;
};

bool varies(const DrawOutput& output) {
  const auto differs = [&](double value) { return value == value && value != output.value.front(); };
  return std::any_of(output.value.begin(), output.value.end(), differs);
}

struct Row {
  const DrawOutput* output;
  const UncertainInput* input;
  RankCorrelation correlation;
  bool beyond_chance;
};

/// Strongest first; what is not defined last; ties in the order of ids.
bool stronger(const Row& a, const Row& b) {
  const auto strength = [](const Row& row) {
    return std::isfinite(row.correlation.rho) ? std::fabs(row.correlation.rho) : -1.0;
  };
  return strength(a) != strength(b) ? strength(a) > strength(b) : a.input < b.input;
}

}  // namespace

std::vector<UncertainInput> uncertain_inputs(const Evidence& evidence) {
  std::vector<UncertainInput> inputs;
  std::map<std::string, std::size_t> shared;
  for (const Parameter& parameter : evidence.parameters) {
    if (parameter.uncertainty.kind == Uncertainty::Kind::fixed) continue;
    if (!parameter.draw.empty()) {
      const auto [known, first] = shared.emplace(parameter.draw, inputs.size());
      if (!first) {
        ++inputs[known->second].members;
        continue;
      }
    }
    inputs.push_back({parameter.draw.empty() ? parameter.name : parameter.draw, 1, *registry_index(parameter.name),
                      parameter.strength});
  }
  return inputs;
}

double chance_limit(std::size_t inputs, std::int64_t n) {
  constexpr double share = 0.05;
  const double level = 1 - std::pow(1 - share, 1 / static_cast<double>(inputs));
  const double z = boost::math::quantile(boost::math::complement(boost::math::normal(), level / 2));
  return z / std::sqrt(static_cast<double>(n - 1));
}

Table influence(const Evidence& evidence, std::uint64_t seed, const std::vector<DrawOutput>& outputs,
                const std::vector<std::vector<bool>>& enters) {
  const std::vector<UncertainInput> inputs = uncertain_inputs(evidence);
  const InputDraws draws(evidence, seed, inputs, outputs);
  std::vector<Row> rows;
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    const DrawOutput& output = outputs[o];
    if (!varies(output)) continue;  // nothing moves it: the null stance
    const auto first = static_cast<std::ptrdiff_t>(rows.size());
    for (std::size_t k = 0; k < inputs.size(); ++k)
      if (enters.empty() || enters[o][k])
        rows.push_back({&output, &inputs[k], rank_correlation(draws.of(k, output.draw), output.value), false});
    std::sort(rows.begin() + first, rows.end(), stronger);
    const std::size_t listed = rows.size() - static_cast<std::size_t>(first);
    for (auto row = rows.begin() + first; row != rows.end(); ++row)
      row->beyond_chance = std::fabs(row->correlation.rho) > chance_limit(listed, row->correlation.n);
  }

  Table table{"/sensitivity/rank_correlation",
              "Which uncertain parameter moves the answer most: rank correlation over parameter draws, one row per "
              "scenario, question, strategy and parameter, the strongest first",
              {}};
  const Columns column(table, rows);
  const auto correlation = [](auto member) { return [=](const Row& row) { return row.correlation.*member; }; };
  column("scenario", "", "stance of the evidence", [&](const Row&) { return evidence.name; });
  column("question", "", "cohort or trial", [](const Row& row) { return row.output->question; });
  column("strategy", "", "strategy, or arm of the trial", [](const Row& row) { return row.output->strategy; });
  column("output", "", "what is moved", [](const Row& row) { return row.output->output; });
  column("parameter", "", "what moves it: a parameter, or the name of a draw that several share",
         [](const Row& row) { return row.input->parameter; });
  column("members", "parameters", "parameters that move together", [](const Row& row) { return row.input->members; });
  column("rank_correlation", "1", "Spearman's, with the first of the members", correlation(&RankCorrelation::rho));
  column("se", "1", "standard error of it", correlation(&RankCorrelation::se));
  column("lower", "1", "lower limit of its 95 % interval", correlation(&RankCorrelation::lower));
  column("upper", "1", "upper limit of its 95 % interval", correlation(&RankCorrelation::upper));
  column(
      "beyond_chance", "",
      "whether it is stronger than what the strongest of as many parameters without any effect reaches in one answer "
      "of twenty",
      [](const Row& row) { return row.beyond_chance; });
  column("draws", "parameter draws", "behind it", correlation(&RankCorrelation::n));
  column("strength", "", "evidence behind the parameter: found, derived, recalled or assumed",
         [](const Row& row) { return name_of(row.input->strength); });
  return table;
}

std::vector<DrawOutput> outputs_of_draws(const Table& table, const std::string& scenario) {
  const auto& scenarios = column<std::string>(table, "scenario");
  const auto& draws = column<std::int64_t>(table, "draw");
  const auto& strategies = column<std::string>(table, "strategy");
  const auto& outputs = column<std::string>(table, "endpoint");
  const auto& increments = column<double>(table, "increment");
  std::vector<DrawOutput> result;
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (scenarios[row] == scenario)
      append(result, {"cohort", strategies[row], "increment of " + outputs[row] + " at the last visit", {}, {}},
             draws[row], increments[row]);
  return result;
}

std::vector<DrawOutput> outputs_of_replicates(const Table& table, const std::string& scenario,
                                              const std::string& analysis, std::int64_t sample_size,
                                              TrialColumn which) {
  const auto& scenarios = column<std::string>(table, "scenario");
  const auto& replicates = column<std::int64_t>(table, "replicate");
  const auto& sizes = column<std::int64_t>(table, "sample_size");
  const auto& analyses = column<std::string>(table, "analysis");
  const auto& arms = column<std::string>(table, "arm");
  const auto& estimates = column<double>(table, "estimate");
  const auto& rejected = column<Truth>(table, "reject");
  const auto& failures = column<std::int64_t>(table, "failure");
  const auto value = [&](std::size_t row) {
    if (which == TrialColumn::power) return rejected[row] == Truth{1} ? 1.0 : 0.0;
    return failures[row] == 0 ? estimates[row] : std::numeric_limits<double>::quiet_NaN();
  };
  const char* what = which == TrialColumn::power ? "power of the " : "estimate of the ";
  std::vector<DrawOutput> result;
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (scenarios[row] == scenario && analyses[row] == analysis && sizes[row] == sample_size)
      append(result, {"trial", arms[row], what + analysis + " analysis", {}, {}}, replicates[row], value(row));
  return result;
}

}  // namespace vcohort
