#include <fmt/format.h>

#include <cmath>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/analysis/boundaries/design_of.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/study/trial_names.hpp"
#include "io/cli/boundary_tables.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/look_forecast.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/results/json.hpp"

namespace vcohort {

namespace {

struct BoundariesArguments {
  std::string study;
  std::string scenario;
  std::vector<std::string> settings;
  std::optional<double> power, effect, drift;
  bool running = false;
  TableFormat format = TableFormat::table;
};

constexpr double largest_drift = 1e6;

/// The drift under which the looks are shown: the one that was asked for, or that of the power.
double shown_drift(const BoundariesArguments& arguments, const ShownDesign& shown) {
  for (const auto& [name, value] : {std::pair("--effect", arguments.effect), std::pair("--drift", arguments.drift)})
    if (value && !(std::fabs(*value) <= largest_drift))
      throw CommandLineError(fmt::format("{} lies between -{:g} and {:g}", name, largest_drift, largest_drift));
  if (arguments.effect && arguments.drift)
    throw CommandLineError("--effect and --drift contradict each other: give one");
  if (arguments.drift) return *arguments.drift;
  if (!arguments.effect) return shown.planned.drift;
  if (const auto drift_of_one = drift_per_effect(shown.design.looks)) return *arguments.effect * *drift_of_one;
  throw InvalidInput(explain("--effect has no scale", "the study does not say how much information there will be",
                             "give timing = \"information\" with \"maximum\" in [trial.looks], or --drift"));
}

std::string spending_text(const Spending& spending) {
  std::string name(name_of(*spending.kind));
  if (spending.kind == Spending::Kind::hwang_shih_decani) return fmt::format("{} ({:g})", name, spending.gamma);
  if (spending.kind == Spending::Kind::power) return fmt::format("{} ({:g})", name, spending.rho);
  return name;
}

std::string efficacy_text(const Looks::Efficacy& rule) {
  if (rule.spending.kind) return "alpha spent by " + spending_text(rule.spending);
  std::string name(name_of(*rule.boundary));
  if (rule.boundary == Looks::Efficacy::Boundary::wang_tsiatis) return fmt::format("{} ({:g})", name, rule.delta);
  if (rule.boundary == Looks::Efficacy::Boundary::haybittle_peto) return fmt::format("{} ({:g})", name, rule.z);
  return name;
}

std::string futility_text(const std::optional<Looks::Futility>& rule) {
  if (!rule) return "no stop for futility";
  std::string text = "futility by z";
  if (rule->spending.kind) text = "beta spent by " + spending_text(rule->spending);
  if (!rule->conditional_power.empty()) text = fmt::format("futility by conditional power ({})", name_of(rule->drift));
  if (!rule->predictive_power.empty())
    text = rule->prior_sd > 0
               ? fmt::format("futility by predictive power (prior {:g}, SD {:g})", rule->prior_mean, rule->prior_sd)
               : "futility by predictive power (flat prior)";
  return text + (rule->binding ? ", binding" : ", not binding");
}

void print_text(const ShownDesign& shown, const Today* today, const std::string& title) {
  const boundaries::Design& design = shown.design;
  std::cout << fmt::format("{}: {} looks, information = {}; {}-sided alpha {:g}\n{}; {}\n\n", title,
                           design.looks.information.size(), name_of(design.looks.timing),
                           design.two_sided ? "two" : "one", design.level * (design.two_sided ? 2 : 1),
                           efficacy_text(design.looks.efficacy), futility_text(design.looks.futility));
  print(planned_looks(shown), TableFormat::table, std::cout);
  std::cout << '\n' << summary_text(shown);
  if (!today) return;
  std::cout << "\nthe trial under way\n\n";
  print(running_looks(shown, *today), TableFormat::table, std::cout);
  std::cout << '\n' << today_text(shown, *today);
}

void show_boundaries(BoundariesArguments arguments) {
  if (arguments.power) arguments.settings.push_back(fmt::format("trial.looks.power={}", *arguments.power));
  const LoadedStudy loaded =
      setting_of_scenario(load_study(arguments.study, arguments.settings, LoadFor::boundaries), arguments.scenario);
  const Study& study = loaded.reading.study;
  if (!study.trial || !study.trial->looks)
    throw InvalidInput(explain(fmt::format("{} has no looks", arguments.study), "there is no [trial.looks]",
                               "add it: see docs/boundaries.md, or `vcohort schema`"));
  ShownDesign shown;
  shown.design = boundaries::design_of(*study.trial);
  shown.planned = boundaries::calibrate(shown.design);
  shown.drift = shown_drift(arguments, shown);
  const bool observed = !shown.design.looks.observed.empty();
  if (arguments.running && !observed)
    throw InvalidInput(explain("--running has no looks to show", "the study has no \"observed\"",
                               "add them to [trial.looks], or leave it out"));
  const std::optional<Today> today = observed ? std::optional(today_of(shown)) : std::nullopt;
  const Today* of_today = today ? &*today : nullptr;
  const std::optional<LookForecast> forecast =
      today && today->running.stop ? std::nullopt : forecast_looks(study, nullptr);
  switch (arguments.format) {
    case TableFormat::table:
      print_text(shown, of_today, study.title);
      if (forecast) std::cout << '\n' << text_of(*forecast);
      break;
    case TableFormat::csv:
      print(arguments.running ? running_looks(shown, *today) : planned_looks(shown), TableFormat::csv, std::cout);
      break;
    case TableFormat::json:
      nlohmann::ordered_json json = json_of(shown, of_today);
      if (forecast) json["forecast"] = json_of(*forecast);
      std::cout << json_text(json, 2) << '\n';
      break;
  }
}

}  // namespace

void add_boundaries(Verb& program) {
  auto arguments = std::make_shared<BoundariesArguments>();
  Verb verb = program.verb("boundaries", "compute the group-sequential bounds of a trial with looks");
  verb.footer(
      "The study plans its looks in [trial.looks]:\n\n"
      "  information = [0.33, 0.67, 1]\n"
      "  efficacy = { spending = \"obrien-fleming\" }\n"
      "  futility = { z = [0.0, 0.5] }\n\n"
      "A look stops where z is at or above efficacy_z, or below futility_z. The exits are the probabilities to stop "
      "there under a drift, the z that is expected at the last look: that of --power, unless another is given. With "
      "observed = [{ information = 0.41, z = 1.2 }] the bounds of the trial under way follow, what was decided, and "
      "the "
      "conditional power.\n\n"
      "  vcohort boundaries phase3.toml --power 0.8\n"
      "  vcohort boundaries phase3.toml --set 'trial.looks.observed=[{ information = 0.41, z = 1.2 }]'");
  verb.option("study", arguments->study, "study file (TOML) with [trial.looks]").required();
  verb.option("--power", arguments->power, "power of the design [that of the study, or 0.9]").within(0.0, 1.0);
  verb.option("--effect", arguments->effect,
              "show the exits under this effect, on the scale of the primary estimate; needs the study's maximum")
      .type("EFFECT");
  verb.option("--drift", arguments->drift, "show the exits under this drift, the expected z at the last look")
      .type("Z");
  verb.flag("--running", arguments->running, "csv: the looks of the trial under way, not those of the plan");
  verb.option("--scenario", arguments->scenario, "of a study that sweeps: the setting, such as \"#0007\"");
  verb.settings(arguments->settings);
  add_format(verb, arguments->format);
  verb.action([arguments] {
    const ReadableOutput readable(arguments->format);
    show_boundaries(*arguments);
    return ExitStatus::done;
  });
}

}  // namespace vcohort
