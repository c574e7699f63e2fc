#include <fmt/format.h>
#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <optional>

#include "engine/numeric/columns.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/run/run.hpp"
#include "engine/study/ratios.hpp"
#include "engine/trial/race.hpp"
#include "engine/trial/sample_size.hpp"
#include "engine/trial/sized_effect.hpp"
#include "engine/trial/trial.hpp"
#include "engine/trial/with_error.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/console/log.hpp"
#include "io/results/swept_values.hpp"

namespace vcohort {

namespace {

enum class Objective : std::uint8_t { size, expected_size, cost, duration };

struct OptimiseArguments {
  std::string study, contrast;
  std::vector<std::string> settings, sweeps, null_settings, cost_of_arm;
  RaceGoal goal;
  Objective objective = Objective::expected_size;
  std::vector<std::string> power_texts;
  std::vector<double> powers = {};
  double cost_per_month = 0;
  int threads = 0;
  TableFormat format = TableFormat::table;
};

std::optional<double> number_of(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::vector<double> powers_of(const std::vector<std::string>& texts, double level) {
  std::vector<double> powers;
  for (const std::string& text : texts) {
    const std::optional<double> power = number_of(text);
    if (!power || !(*power > level && *power < 1))
      throw InvalidInput(explain(fmt::format("--power {} is no power to reach", text),
                                 fmt::format("it lies between the level, {:g}, and 1", level),
                                 "write one such as 0.9"));
    powers.push_back(*power);
  }
  if (powers.empty()) powers = {0.9};
  return powers;
}

const char* units_of(Objective objective) {
  return objective == Objective::cost ? "of --cost" : objective == Objective::duration ? "months" : "patients";
}

/// "control=100,active=400": what a patient of each arm costs.
std::map<std::string, double> costs_of(const std::vector<std::string>& texts) {
  std::map<std::string, double> costs;
  for (const std::string& text : texts) {
    const std::size_t equals = text.rfind('=');
    const std::optional<double> cost = equals == std::string::npos ? std::nullopt : number_of(text.substr(equals + 1));
    if (!cost || !(*cost >= 0) || equals == 0)
      throw InvalidInput(explain(fmt::format("--cost {} is no cost", text),
                                 "it names an arm and what a patient of it costs", "write --cost active=400"));
    costs[text.substr(0, equals)] = *cost;
  }
  return costs;
}

/// A design of the study, ready to race.
class Design {
 public:
  Design(const Study& study, const Evidence& stance, const OptimiseArguments& arguments)
      : trial_(std::make_shared<const Trial>(to_be_counted(study), stance)),
        objective_(arguments.objective),
        per_month_(arguments.cost_per_month) {
    target_.contrasts = {contrast_of(arguments)};
    target_.months = objective_ == Objective::duration || (objective_ == Objective::cost && per_month_ > 0);
    if (objective_ == Objective::cost) per_patient_ = mean_cost(*study.trial, costs_of(arguments.cost_of_arm));
    multiple_ = sample_size_multiple(*study.trial);
    smallest_ = study.trial->looks ? std::max(multiple_, LookPlan::smallest_size(*study.trial)) : multiple_;
  }

  RaceEntry entry() const {
    return {[this](std::int64_t size, std::int64_t from, std::int64_t to) { return count(size, from, to); },
            std::max<std::int64_t>(smallest_, 4), multiple_};
  }
  RaceCount count(std::int64_t size, std::int64_t from, std::int64_t to) const {
    const RejectionCounts counts = trial_->count_rejections(size, from, to, target_);
    const auto n = static_cast<double>(counts.replicates);
    RaceCount of{counts.replicates, counts.rejections, counts.failures, 0};
    switch (objective_) {
      case Objective::size:
        of.cost = n * static_cast<double>(size);
        break;
      case Objective::expected_size:
        of.cost = counts.enrolled;
        break;
      case Objective::cost:
        of.cost = per_patient_ * counts.enrolled + per_month_ * counts.months;
        break;
      case Objective::duration:
        of.cost = counts.months;
        break;
    }
    return of;
  }

  /// Whether there is an effect to find; throws where it has the wrong direction.
  void require_effect() const {
    const SizedEffect effect = sized_effect(*trial_, 0, target_.contrasts.front());
    if (effect.standing == Standing::wrong_direction || effect.standing == Standing::null)
      throw InvalidInput(explain(fmt::format("{}: no trial finds this effect ({})", trial_->scenario(), effect.words),
                                 "it lies on or beyond the boundary of the null hypothesis, or has the wrong direction",
                                 "correct the arms of this setting"));
  }
  const std::string& scenario() const { return scenario_; }

 private:
  std::size_t contrast_of(const OptimiseArguments& arguments) const {
    const Protocol& protocol = trial_->prepared().protocol;
    if (arguments.contrast.empty() && protocol.contrasts() == 1) return 0;
    for (std::size_t contrast = 0; contrast < protocol.contrasts(); ++contrast)
      if (protocol.arm_of_contrast(contrast).name == arguments.contrast) return contrast;
    throw InvalidInput(explain(arguments.contrast.empty() ? "the trial has several contrasts"
                                                          : fmt::format("there is no arm '{}'", arguments.contrast),
                               "power is that of one", "name its arm with --contrast"));
  }

  /// Of a patient of the trial: arms in their ratio.
  static double mean_cost(const TrialQuestion& trial, std::map<std::string, double> costs) {
    double sum = 0;
    for (const Arm& arm : trial.arms) {
      const auto cost = costs.find(arm.name);
      if (cost == costs.end())
        throw InvalidInput(explain(fmt::format("what a patient of '{}' costs is not said", arm.name), "",
                                   fmt::format("add --cost '{}=100'", arm.name)));
      sum += cost->second * arm.ratio;
      costs.erase(cost);
    }
    if (!costs.empty())
      throw InvalidInput(explain(fmt::format("the trial has no arm '{}'", costs.begin()->first),
                                 "--cost names one of its arms", "correct the name"));
    return sum / sum_of_ratios(trial.arms);
  }

  std::shared_ptr<const Trial> trial_;
  Objective objective_;
  double per_month_ = 0, per_patient_ = 0;
  SizeTarget target_;
  std::int64_t multiple_ = 1, smallest_ = 2;
  std::string scenario_ = trial_->scenario();
};

/// The winner on fresh replicates: its power at the whole size, and its level where the study says what the null
/// hypothesis is.
struct Confirmed {
  double power = 0, power_mcse = 0, level = std::numeric_limits<double>::quiet_NaN(), level_mcse = 0;
};

Confirmed confirm(const Design& design, const Design* under_null, std::int64_t size, std::int64_t replicates) {
  constexpr std::int64_t fresh = std::int64_t{1} << 31;  // behind all that a race uses
  const auto share = [&](const Design& of, double& value, double& mcse) {
    const RaceCount count = of.count(size, fresh, fresh + replicates);
    const WithError found = share_of(static_cast<double>(count.rejections), static_cast<double>(count.replicates));
    value = found.value;
    mcse = found.mcse;
  };
  Confirmed confirmed;
  share(design, confirmed.power, confirmed.power_mcse);
  if (under_null) share(*under_null, confirmed.level, confirmed.level_mcse);
  return confirmed;
}

struct RacedRow {
  std::string scenario;
  double power;
  Raced raced;
  Confirmed confirmed;
  bool best = false;
};

const char* standing_of(const RacedRow& row) {
  if (!row.raced.reaches) return "never reaches the power";
  if (row.best) return "best";
  return row.raced.in_last_stage ? "not told apart" : "worse";
}

Table table_of(const std::vector<RacedRow>& rows, Objective objective) {
  Table table{"/optimise", "Designs that reach the power, and what they cost", {}};
  const Columns column(table, rows);
  const char* units = units_of(objective);
  const auto raced = [](auto member) { return [member](const RacedRow& row) { return row.raced.*member; }; };
  column("scenario", "", "the design", &RacedRow::scenario);
  column("target", "share", "power to reach", &RacedRow::power);
  column("standing", "", "best; not told apart: within its error of the best; worse; never reaches the power",
         standing_of);
  column("sample_size", "patients", "smallest that reaches the power, in whole blocks; 0 where none does",
         raced(&Raced::whole_size));
  column("objective", units, "what is small, at the size where the power is just reached", raced(&Raced::cost));
  column("objective_mcse", units, "Monte Carlo standard error of it", raced(&Raced::cost_se));
  column("behind", "share", "relative to the best", raced(&Raced::behind));
  column("behind_mcse", "share", "Monte Carlo standard error of it, from the same replicates of both",
         raced(&Raced::behind_se));
  column("chance_best", "share", "that the design is the best, as far as replicates tell", raced(&Raced::chance_best));
  column("replicates", "replicates", "of its last stage", raced(&Raced::replicates));
  column("failures", "replicates", "of them whose analysis failed, which reject nothing", raced(&Raced::failures));
  column("power", "share", "of the best, at its sample size, on fresh replicates",
         [](const RacedRow& row) { return row.best ? row.confirmed.power : std::numeric_limits<double>::quiet_NaN(); });
  column("power_mcse", "share", "Monte Carlo standard error of it", [](const RacedRow& row) {
    return row.best ? row.confirmed.power_mcse : std::numeric_limits<double>::quiet_NaN();
  });
  column("level", "share", "of the best, at its sample size under --null",
         [](const RacedRow& row) { return row.best ? row.confirmed.level : std::numeric_limits<double>::quiet_NaN(); });
  column("level_mcse", "share", "Monte Carlo standard error of it", [](const RacedRow& row) {
    return row.best ? row.confirmed.level_mcse : std::numeric_limits<double>::quiet_NaN();
  });
  return table;
}

/// The race for one power among the settings of a stance.
std::vector<RacedRow> rows_for(double power, const std::vector<std::unique_ptr<Design>>& designs,
                               const std::vector<std::unique_ptr<Design>>& under_null,
                               const OptimiseArguments& arguments) {
  std::vector<RaceEntry> entries;
  for (const auto& design : designs) entries.push_back(design->entry());
  RaceGoal goal = arguments.goal;
  goal.power = power;
  const std::vector<Raced> raced =
      race(goal, entries, [&](const std::string& words) { log_notice(fmt::format("power {:g}, {}", power, words)); });
  std::vector<RacedRow> rows;
  std::size_t best = raced.size();
  for (std::size_t k = 0; k < raced.size(); ++k) {
    rows.push_back({designs[k]->scenario(), power, raced[k], {}});
    if (raced[k].in_last_stage && (best == raced.size() || raced[k].cost < raced[best].cost)) best = k;
  }
  if (best == raced.size()) return rows;
  constexpr std::int64_t fewest = 20'000;
  rows[best].best = true;
  rows[best].confirmed =
      confirm(*designs[best], under_null.empty() ? nullptr : under_null[best].get(), raced[best].whole_size,
              std::max(fewest, std::min(raced[best].replicates, goal.most_replicates)));
  return rows;
}

void print_best(const std::vector<RacedRow>& rows, const std::vector<SweepAxis>& sweep,
                const OptimiseArguments& arguments) {
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const RacedRow& row = rows[k];
    if (!row.best) continue;
    std::cout << fmt::format(
        "power {:g}: {}\n  {} {:.6g} ± {:.2g} {}, with {} patients; the best with a chance of {:.0f} %\n", row.power,
        in_words(sweep, k % static_cast<std::size_t>(settings_of(sweep))),
        arguments.objective == Objective::size            ? "size"
        : arguments.objective == Objective::expected_size ? "expected size"
        : arguments.objective == Objective::cost          ? "cost"
                                                          : "duration",
        row.raced.cost, row.raced.cost_se, units_of(arguments.objective), row.raced.whole_size,
        100 * row.raced.chance_best);
    std::cout << fmt::format("  on fresh replicates: power {:.4f} ± {:.4f}{}\n", row.confirmed.power,
                             row.confirmed.power_mcse,
                             row.confirmed.level == row.confirmed.level
                                 ? fmt::format(", level {:.4f} ± {:.4f}", row.confirmed.level, row.confirmed.level_mcse)
                                 : std::string());
  }
}

/// The same settings with the values of --null in them.
std::vector<std::unique_ptr<Design>> designs_of(const LoadedStudy& loaded, std::size_t stance,
                                                const OptimiseArguments& arguments) {
  std::vector<std::unique_ptr<Design>> designs;
  for (std::size_t setting = 0; setting < static_cast<std::size_t>(settings_of(loaded.reading.study.sweep));
       ++setting) {
    const LoadedStudy one = setting_of(loaded, setting);
    designs.push_back(std::make_unique<Design>(one.reading.study, one.evidence.at(stance), arguments));
  }
  return designs;
}

void require_trial(const Study& study) {
  if (!study.trial || study.trial->arms.empty())
    throw InvalidInput(explain("there is no trial to optimise", "the study has no [trial] with arms", "add one"));
  if (study.sweep.empty())
    throw InvalidInput(explain("there is nothing to choose from", "the study sweeps nothing",
                               "add [[sweep]], or --sweep 'trial.looks.efficacy.delta=[0, 0.25, 0.5]'"));
  if (study.trial->looks && study.trial->looks->timing == Looks::Timing::information)
    throw InvalidInput(explain("the number of patients does not decide the power of this trial",
                               "its looks end it at the information in trial.looks.maximum",
                               "use looks at primary outcomes or enrolled patients"));
  if (study.trial->final && study.trial->final->events > 0)
    throw InvalidInput(explain("the number of patients does not decide the power of this trial",
                               "trial.final ends it at a number of events",
                               "sweep trial.final.events, and use `size`"));
}

ExitStatus optimise(OptimiseArguments arguments) {
  const LoadedStudy loaded = load_study(arguments.study, arguments.settings, LoadFor::simulation, arguments.sweeps);
  const Study& study = loaded.reading.study;
  require_trial(study);
  if (arguments.objective != Objective::cost && (!arguments.cost_of_arm.empty() || arguments.cost_per_month > 0))
    throw InvalidInput(explain("--cost says nothing here", "another objective is to be small", "add --minimise cost"));
  if (arguments.objective == Objective::duration && study.trial->accrual.pieces.empty())
    throw InvalidInput(explain("the duration of the trial does not depend on its size", "everybody comes at once",
                               "add trial.accrual"));
  arguments.powers = powers_of(arguments.power_texts, study.trial->alpha);
  arguments.goal.alpha = study.trial->alpha;
  arguments.goal.sides = study.trial->sides;
  const int threads = arguments.threads > 0 ? arguments.threads : default_threads();
  const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                          static_cast<std::size_t>(threads));
  std::optional<LoadedStudy> null_study;
  if (!arguments.null_settings.empty()) {
    std::vector<std::string> settings = arguments.settings;
    settings.insert(settings.end(), arguments.null_settings.begin(), arguments.null_settings.end());
    null_study = load_study(arguments.study, settings, LoadFor::simulation, arguments.sweeps);
  }
  std::vector<RacedRow> all;
  const std::size_t stances = study.data_model ? 1 : loaded.evidence.size();
  for (std::size_t stance = 0; stance < stances; ++stance) {
    const auto designs = designs_of(loaded, stance, arguments);
    for (const auto& design : designs) design->require_effect();
    const auto under_null =
        null_study ? designs_of(*null_study, stance, arguments) : std::vector<std::unique_ptr<Design>>();
    if (arguments.format == TableFormat::table && stances > 1)
      std::cout << fmt::format("evidence '{}'\n", loaded.evidence[stance].name);
    for (const double power : arguments.powers) {
      const std::vector<RacedRow> rows = rows_for(power, designs, under_null, arguments);
      if (arguments.format == TableFormat::table) print_best(rows, study.sweep, arguments);
      all.insert(all.end(), rows.begin(), rows.end());
    }
  }
  Table table = table_of(all, arguments.objective);
  const std::vector<Table> described = describe(study, loaded.evidence);
  SweptValues(described.at(0), described.at(1)).put_before(table);
  if (arguments.format == TableFormat::table) {
    std::erase_if(table.columns, [&](const Column& column) {
      return column.name == "scenario" || column.name == "failures" || column.name.starts_with("power") ||
             column.name.starts_with("level") || (column.name == "target" && arguments.powers.size() == 1);
    });
    std::cout << '\n';
  }
  print(table, arguments.format, std::cout);
  const bool found = std::all_of(all.begin(), all.end(), [&](const RacedRow& row) {
    return std::any_of(all.begin(), all.end(),
                       [&](const RacedRow& other) { return other.power == row.power && other.best; });
  });
  return found ? ExitStatus::done : ExitStatus::answer_is_no;
}

}  // namespace

void add_optimise(Verb& program) {
  auto arguments = std::make_shared<OptimiseArguments>();
  Verb verb = program.verb("optimise", "find the best of the designs that a study sweeps, by racing them");
  verb.footer(
      "Each setting of the sweep is a design. For every one the sample size that reaches the power is found, and what "
      "is\n"
      "to be small is compared at that size, on the same replicates of all designs, until the best is told from the "
      "others\n"
      "or the error of the differences is a tenth of a per cent. Several powers give the frontier of power and cost. "
      "Exit\n"
      "status 6 where no design reaches a power.\n\n"
      "  vcohort optimise trial.toml --sweep 'trial.looks.efficacy.delta={ from = 0, to = 0.5, step = 0.05 }'\n"
      "  vcohort optimise trial.toml --minimise cost --cost control=100 --cost active=400 --power 0.8 --power 0.9");
  verb.option("study", arguments->study, "study file (TOML) with a [trial]").required();
  verb.choice("--minimise", arguments->objective,
              {{"size", Objective::size},
               {"expected-size", Objective::expected_size},
               {"cost", Objective::cost},
               {"duration", Objective::duration}},
              "size, expected-size, cost or duration: what is to be small [expected-size]")
      .type("WHAT");
  verb.option("--power", arguments->power_texts, "power to reach [0.9]; several times for a frontier").type("POWER");
  verb.option("--cost", arguments->cost_of_arm, "what a patient of an arm costs, for each arm").type("ARM=COST");
  verb.option("--cost-per-month", arguments->cost_per_month, "what a month of the trial costs [0]").not_negative();
  verb.option("--contrast", arguments->contrast, "the contrast to power, by its arm; needed where there are several");
  verb.option("--null", arguments->null_settings,
              "a setting under which the null hypothesis is true: the level of the best is shown")
      .type("KEY=VALUE");
  verb.option("--largest", arguments->goal.largest, "largest sample size to consider [100000]").positive();
  verb.option("--replicates", arguments->goal.most_replicates,
              "at most so many replicates of a design in a stage [2000000]")
      .positive();
  verb.threads(arguments->threads);
  verb.settings(arguments->settings);
  verb.sweeps(arguments->sweeps);
  add_format(verb, arguments->format);
  verb.action([arguments] {
    const ReadableOutput readable(arguments->format);
    return optimise(*arguments);
  });
}

}  // namespace vcohort
