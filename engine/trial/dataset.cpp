#include <limits>

#include "engine/study/covariates.hpp"
#include "engine/trial/trial.hpp"

namespace vcohort {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// The text of a factor's level: the category, or the number of the age bin.
std::string level_name(const std::string& factor, int level) {
  const auto variables = stratum_variable_names();
  for (std::size_t k = 0; k < variables.size(); ++k)
    if (variables[k] == factor)
      if (const auto names = categories_of(static_cast<StratumVariable>(k)); !names.empty())
        return std::string(names[static_cast<std::size_t>(level)]);
  return std::to_string(level);
}

}  // namespace

Table Trial::dataset(std::uint32_t replicate, std::int64_t sample_size) const {
  TrialSimulator simulator(*trial_, false);
  const TrialData& data = simulator.simulate_replicate(replicate, sample_size);
  const Protocol& protocol = trial_->protocol;
  Table table{"/trial/patients", "One simulated trial in long form: one row per patient and visit", {}};
  auto text = [&](const char* name, const char* meaning) { table.add<std::string>(name, "", meaning); };
  table.add<std::int64_t>("patient", "", "candidate number");
  text("arm", "allocated arm");
  text("endpoint", "what was recorded");
  table.add<double>("visit", "months",
                    "scheduled time since randomisation; time to the event or end of observation without visits");
  table.add<double>("value", "of the endpoint",
                    "observed value, or 1 for an event and 0 for censoring; missing is NaN");
  table.add<double>("baseline", "of the endpoint", "value at baseline");
  table.add<double>("randomised_months", "months", "calendar time of randomisation");
  const std::size_t first_numeric = table.columns.size();
  for (const std::string& name : protocol.numeric) table.add<double>(name, "", "covariate at baseline");
  const std::size_t first_factor = table.columns.size();
  for (const std::string& name : protocol.factors)
    table.add<std::string>(name == "age_years" ? name + "_group" : name, "", "covariate at baseline");

  const auto number = [&](std::size_t place, double value) {
    std::get<std::vector<double>>(table.columns[place].values).push_back(value);
  };
  const auto word = [&](std::size_t place, const std::string& value) {
    std::get<std::vector<std::string>>(table.columns[place].values).push_back(value);
  };
  const std::vector<int> contrasts = protocol.contrasts();
  const auto append = [&](std::size_t i, std::size_t slot, double visit, double value) {
    const int code = data.arm_code[i];
    const int arm = code == 0 ? protocol.design.reference : contrasts[static_cast<std::size_t>(code) - 1];
    std::get<std::vector<std::int64_t>>(table.columns[0].values)
        .push_back(static_cast<std::int64_t>(data.participants.patient[i]));
    word(1, protocol.design.arms[static_cast<std::size_t>(arm)].name);
    word(2, protocol.endpoints[slot]);
    number(3, visit);
    number(4, value);
    number(5, protocol.has_baseline ? data.participants.baseline[slot][i] : missing);
    number(6, data.randomised_months[i]);
    for (std::size_t c = 0; c < protocol.numeric.size(); ++c)
      number(first_numeric + c, data.participants.numeric[c][i]);
    for (std::size_t c = 0; c < protocol.factors.size(); ++c)
      word(first_factor + c, level_name(protocol.factors[c], data.participants.factor[c][i]));
  };
  const std::size_t visits = protocol.visits_months.size();
  for (std::size_t i = 0; i < data.participants.size(); ++i) {
    if (!protocol.by_visit()) {
      const bool counts = protocol.kind.front() == OutcomeKind::count;
      append(i, 0, counts ? data.exposure[i] : data.observed.time[i],
             counts ? data.observed.count[i] : static_cast<double>(data.event[i]));
      continue;
    }
    for (std::size_t slot = 0; slot < protocol.endpoints.size(); ++slot)
      for (std::size_t v = 0; v < visits; ++v)
        append(i, slot, protocol.visits_months[v], data.observed.values[slot * visits + v][i]);
  }
  return table;
}

}  // namespace vcohort
