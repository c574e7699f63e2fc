#include "io/study/study_writer.hpp"

#include <fmt/format.h>

#include "engine/study/covariates.hpp"
#include "io/study/number_text.hpp"
#include "io/study/record.hpp"

namespace vcohort {

namespace {

std::string interval_text(const Interval& interval) {
  return fmt::format("[{}, {}]", number_text(interval.low), number_text(interval.high));
}

std::string distribution_text(const Distribution& distribution) {
  using Kind = Distribution::Kind;
  std::string text = fmt::format("{{ distribution = \"{}\"", name_of(distribution.kind));
  const auto number = [&](std::string_view key, double value) {
    text += fmt::format(", {} = {}", key, number_text(value));
  };
  switch (distribution.kind) {
    case Kind::fixed:
      number("value", distribution.value);
      break;
    case Kind::triangular:
      number("mode", distribution.mode);
      break;
    case Kind::normal:
      number("mean", distribution.mean);
      number("sd", distribution.sd);
      break;
    case Kind::lognormal:
      number("median", distribution.median);
      number("sigma", distribution.sigma);
      break;
    case Kind::bands:
      text += ", bands = " + list_text(distribution.bands, interval_text) +
              ", shares = " + number_list(distribution.shares);
      break;
    case Kind::uniform:
      break;
  }
  if (distribution.kind != Kind::fixed && distribution.kind != Kind::bands) {
    number("low", distribution.low);
    number("high", distribution.high);
  }
  return text + " }";
}

void write_population(const Population& population, std::string& text) {
  text += "\n[population]\n";
  if (population.size > 0) text += fmt::format("size = {}\n", population.size);  // a trial has its sample sizes instead
  text += fmt::format("age_years = {}\ngmfcs = {{ ", distribution_text(population.age_years));
  for (int level = 0; level < gmfcs_levels; ++level) {
    const double share = population.gmfcs.at(static_cast<std::size_t>(level));
    text += fmt::format("{}{} = {}", level == 0 ? "" : ", ", gmfcs_name(level), number_text(share));
  }
  text += " }\n";
  std::vector<std::string> conditions;
  const auto interval = [&](std::string_view key, const std::optional<Interval>& condition) {
    if (condition) conditions.push_back(fmt::format("{} = {}", key, interval_text(*condition)));
  };
  const Eligibility& eligibility = population.eligibility;
  interval("age_years", eligibility.age_years);
  if (eligibility.gmfcs) {
    std::vector<std::string> levels;
    for (int level = 0; level < gmfcs_levels; ++level) {
      if (eligibility.gmfcs->at(static_cast<std::size_t>(level))) levels.emplace_back(gmfcs_name(level));
    }
    conditions.push_back("gmfcs = " + text_list(levels));
  }
  interval("gmfm66", eligibility.gmfm66);
  interval("gmfm88", eligibility.gmfm88);
  if (!conditions.empty()) text += fmt::format("eligibility = {{ {} }}\n", fmt::join(conditions, ", "));
}

void write_strategy(const Strategy& strategy, std::string& text) {
  text += "\n[[strategy]]\nname = " + toml_text(strategy.name) + "\n";
  if (strategy.choice)
    text += fmt::format("choose = {{ marker = \"{}\", error_sd = {}, threshold = {}, above = {}, below = {} }}\n",
                        name_of(strategy.choice->marker), number_text(strategy.choice->error_sd),
                        number_text(strategy.choice->threshold), toml_text(strategy.choice->options.front().name),
                        toml_text(strategy.choice->options.back().name));
  if (!strategy.cells) return;
  const Regimen& regimen = strategy.regimen;
  const std::string_view dose_key = regimen.dose_unit == DoseUnit::per_kg  ? "dose_per_kg"
                                    : regimen.dose_unit == DoseUnit::cells ? "dose"
                                                                           : "reference_doses";
  text += fmt::format("cell = \"{}\"\nroute = \"{}\"\n{} = {}\ninfusions = {}\n", name_of(strategy.cell),
                      name_of(strategy.route), dose_key, number_text(regimen.dose), regimen.infusions);
  if (regimen.infusions > 1) text += fmt::format("interval_days = {}\n", number_text(regimen.interval_days));
  text += fmt::format("courses = {}\n", regimen.courses);
  if (regimen.courses > 1)
    text += fmt::format("course_interval_days = {}\n", number_text(regimen.course_interval_days));
  if (regimen.start_months > 0) text += fmt::format("start_months = {}\n", number_text(regimen.start_months));
  text += fmt::format("source = \"{}\"\nimmunosuppression = {}\nsteroids = {}\ntolerance = \"{}\"\n",
                      name_of(strategy.source), truth(regimen.immunosuppression), truth(regimen.steroids),
                      name_of(regimen.tolerance));
}

void write_stratification(const Stratification& stratification, std::string& text) {
  const bool unnamed = stratification.name == "strata";
  text += unnamed ? "\n[strata]\n" : fmt::format("\n[strata.{}]\n", toml_text(stratification.name));
  for (const StratumDimension& dimension : stratification.dimensions) {
    text += fmt::format("{} = ", name_of(dimension.variable));
    const auto categories = categories_of(dimension.variable);
    if (categories.empty()) {
      std::vector<double> cuts;
      for (const Interval& bin : dimension.intervals) cuts.push_back(bin.low);
      if (!dimension.intervals.empty()) cuts.push_back(dimension.intervals.back().high);
      text += number_list(cuts);
    } else {
      const auto category_text = [&](int category) {
        return toml_text(categories[static_cast<std::size_t>(category)]);
      };
      text +=
          list_text(dimension.groups, [&](const std::vector<int>& group) { return list_text(group, category_text); });
    }
    text += '\n';
  }
}

/// [policy] draws whatever is said, so that "fixed" beside it alone is refused and not written.
std::string parameters_text(const Study& study) {
  const bool policy_alone = study.policy && !study.cohort && !study.trial;
  if (policy_alone && !study.uncertain_parameters) return "";
  return fmt::format("parameters = \"{}\"\n", study.uncertain_parameters ? "uncertain" : "fixed");
}

}  // namespace

std::string write_study(const Study& study) {
  std::string text = fmt::format("format = \"vcohort-study 1\"\ntitle = {}\nevidence = {}\n{}seed = {}\n",
                                 toml_text(study.title), text_list(study.stances), parameters_text(study), study.seed);
  const bool has_patients = !study.strategies.empty();
  if (has_patients) write_population(study.population, text);
  for (const Strategy& strategy : study.strategies) write_strategy(strategy, text);
  for (const Stratification& stratification : study.stratifications) write_stratification(stratification, text);
  if (has_patients && !study.outcomes.visits_months.empty()) {
    text += fmt::format("\n[outcomes]\nvisits_months = {}\nendpoints = {}\n", number_list(study.outcomes.visits_months),
                        text_list(study.outcomes.endpoints));
  }
  const Scope scope = {&study};
  if (study.data_model) write_table(data_model_section, &*study.data_model, scope, "[data_model]", "data_model", text);
  if (study.data) write_table(data_section, &*study.data, scope, "[data]", "data", text);
  if (study.cohort) {
    const std::string& reference = study.strategies.at(static_cast<std::size_t>(study.cohort->reference)).name;
    text += fmt::format("\n[cohort]\nreference = {}\nsave_patients = {}\n", toml_text(reference),
                        truth(study.cohort->save_patients));
  }
  if (study.trial) write_trial(study, text);
  if (study.policy) write_policy(study, text);
  if (study.claim) write_claim(*study.claim, text);
  for (const Override& replaced : study.overrides) {
    text += fmt::format("\n[[override]]\nparameter = {}\nvalue = {}\nsource = {}\n", toml_text(replaced.parameter),
                        number_text(replaced.value), toml_text(replaced.source));
  }
  return text;
}

}  // namespace vcohort
