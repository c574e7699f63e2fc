#include <fmt/format.h>
#include <fmt/ranges.h>
#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <numeric>
#include <optional>

#include "engine/numeric/columns.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/run/run.hpp"
#include "engine/study/data_endpoints.hpp"
#include "engine/study/ratios.hpp"
#include "engine/study/trial_names.hpp"
#include "engine/trial/co_primary_form.hpp"
#include "engine/trial/expected_events.hpp"
#include "engine/trial/sample_size.hpp"
#include "engine/trial/sized_effect.hpp"
#include "engine/trial/trial.hpp"
#include "engine/trial/trial_analysis.hpp"
#include "engine/trial/with_error.hpp"
#include "io/cli/count_in_parallel.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/size_paragraph.hpp"
#include "io/cli/size_solve.hpp"
#include "io/cli/sized_trials.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/console/log.hpp"
#include "io/results/swept_values.hpp"

namespace vcohort {

namespace {

struct SizeArguments {
  std::string study;
  std::vector<std::string> settings, sweeps;
  SampleSizeGoal goal;
  std::string analysis, contrast, solve;
  std::optional<double> from, to;
  double half_width = 0;
  bool any = false, all = false, null_too = false, paragraph = false, events = false, co_primary = false;
  bool in_short = false;  // of a sweep: nothing is printed for each setting
  int threads = 0;
  TableFormat format = TableFormat::table;
};

/// What the assurance tends to as the trial grows, because some parameter draws have no beneficial effect to find: seen
/// at the largest size allowed, with enough replicates for two digits.
void print_ceiling(const SampleSizeGoal& goal, const RejectionCounts& at_largest) {
  const auto n = static_cast<double>(at_largest.replicates);
  const double ceiling = static_cast<double>(at_largest.favourable) / n;
  const double mcse = std::sqrt(ceiling * (1 - ceiling) / n);
  std::cout << fmt::format("ceiling of the assurance as the trial grows: {:.3f} ± {:.3f} (at {} patients){}\n\n",
                           ceiling, mcse, goal.largest,
                           goal.power > ceiling + 2 * mcse ? "; the target lies above it and is unreachable" : "");
}

/// "high - control, low - control"
std::string names_of(const Trial& trial, std::size_t analysis, const std::vector<std::size_t>& contrasts) {
  const Protocol& protocol = trial.prepared().protocol;
  std::vector<std::string> names;
  for (const std::size_t contrast : contrasts)
    names.push_back(protocol.name_of_contrast(contrast, protocol.design.analyses[analysis]));
  return fmt::format("{}", fmt::join(names, ", "));
}

/// What is sized: the primary analysis unless another is named, and the contrasts that were asked for.
SizeTarget target_of(const SizeArguments& arguments, const Trial& trial) {
  const Protocol& protocol = trial.prepared().protocol;
  SizeTarget target;
  if (!arguments.analysis.empty()) {
    const auto& plans = protocol.design.analyses;
    const auto named = [&](const AnalysisPlan& plan) { return plan.name == arguments.analysis; };
    const auto found = std::find_if(plans.begin(), plans.end(), named);
    if (found == plans.end())
      throw InvalidInput(explain(fmt::format("the study has no analysis '{}'", arguments.analysis),
                                 "--analysis names one of its own", "use \"primary\", or the name of a secondary one"));
    target.analysis = static_cast<std::size_t>(found - plans.begin());
  }
  if (arguments.co_primary) {
    target.family = true;
    if (!protocol.design.multiplicity)
      throw InvalidInput(explain("--co-primary counts trials that claim all primaries", "the study names none",
                                 "write [trial.multiplicity] with primaries"));
    if (!arguments.analysis.empty() || arguments.half_width > 0)
      throw InvalidInput(explain("--co-primary cannot be combined with --analysis or --half-width",
                                 "it sizes several analyses, for their claims", "leave one out"));
  }
  std::vector<std::size_t> every(protocol.contrasts());
  std::iota(every.begin(), every.end(), std::size_t{0});
  const std::string listed = names_of(trial, target.analysis, every);
  target.contrasts = every;
  if (arguments.all && !arguments.contrast.empty())
    throw InvalidInput(explain("--all and --contrast contradict each other", "one contrast is not all", "remove one"));
  if (arguments.any && every.size() > 1)
    throw InvalidInput(explain("--any counts a trial in which any of several tests rejects",
                               "the study declares no multiplicity procedure that would keep its level: " + listed,
                               "name one contrast with --contrast, or use --all"));
  if (!arguments.contrast.empty()) {
    std::erase_if(target.contrasts, [&](std::size_t contrast) {
      return arguments.contrast != protocol.arm_of_contrast(contrast).name &&
             arguments.contrast != names_of(trial, target.analysis, {contrast});
    });
    if (target.contrasts.empty())
      throw InvalidInput(explain(fmt::format("there is no contrast '{}'", arguments.contrast),
                                 "the contrasts are " + listed, "name the arm of one"));
  } else if (every.size() > 1 && !arguments.all) {
    throw InvalidInput(explain("the study has several contrasts, each with a sample size of its own", listed,
                               "name one with --contrast, or size for all of them together with --all"));
  }
  return target;
}

std::string analyses_in_words(const Trial& trial, const SizeTarget& target) {
  std::vector<std::string> names;
  for (const std::size_t a : analyses_of(trial, target))
    names.push_back(trial.prepared().protocol.design.analyses[a].name);
  return fmt::format("{}", fmt::join(names, " and "));
}

/// Of one of its analyses.
bool finds_effects(const Trial& trial, std::size_t analysis, const SizeTarget& target, std::string& words) {
  bool something = true;
  for (const std::size_t contrast : target.contrasts) {
    const SizedEffect effect = sized_effect(trial, analysis, contrast);
    const bool single = trial.prepared().protocol.arms() == 1;
    if (effect.standing == Standing::wrong_direction)
      throw InvalidInput(
          explain(fmt::format("{}: the effect has the wrong direction ({})", names_of(trial, analysis, {contrast}),
                              effect.words),
                  single ? "a larger trial would only show more surely that the arm is worse than the fixed value"
                         : "a larger trial would only show more surely that the reference is better",
                  single ? "correct the arm, \"against\", or lower_is_better"
                         : "correct the arms, or which of them is the reference"));
    something = something && effect.standing != Standing::null;
    if (!words.empty()) words += "; ";
    words += effect.words;
  }
  return something;
}

/// The effects of a target's analyses and contrasts in words. Throws where one has the wrong direction; false where one
/// stands on or beyond the boundary of its null hypothesis.
bool has_something_to_find(const Trial& trial, const SizeTarget& target, std::string& words) {
  bool something = true;
  for (const std::size_t a : analyses_of(trial, target))
    something = finds_effects(trial, a, target, words) && something;
  return something;
}

void print_formula(const TrialQuestion& trial, const SampleSizeGoal& goal, const SizedAnswer& of) {
  if (!of.no_formula.empty()) std::cout << fmt::format("no formula: {}\n", of.no_formula);
  if (of.formula.empty()) return;
  const std::string_view what = of.events ? "events" : units_of(trial);
  std::string then = fmt::format(", and no number of {} reaches {:g}", what, goal.power);
  if (of.formula_answer > 0) then = fmt::format(", and {} {} for {:g}", of.formula_answer, what, goal.power);
  if (of.formula_ends) then.clear();
  std::cout << fmt::format("by formula, {}: power {:.4f} there{}\n", of.formula, of.formula_power, then);
  const bool differs = of.formula_answer != of.answer.sample_size && of.formula_answer > 0;
  if (goal.sawtooth && differs && of.formula.find("enumeration") != std::string::npos)
    std::cout << "the two differ, as the power of an exact test rises and falls by less than the simulation tells "
                 "apart: the formula is exact\n";
}

/// What the units are divided into.
void print_arms(const TrialQuestion& trial, double size) {
  if (trial.design && trial.design->kind == UnitDesign::Kind::stepped_wedge) {
    std::cout << fmt::format("  in {} groups of {:g}, each cluster with {} patients in each of {} periods\n",
                             trial.design->groups, size / trial.design->groups, trial.design->cluster_size,
                             trial.design->groups + 1);
    return;
  }
  const bool crosses = trial.design && trial.design->kind == UnitDesign::Kind::crossover;
  for (const Arm& arm : trial.arms)
    std::cout << fmt::format("  {:<24} {:.0f}\n", crosses ? "first " + arm.name : arm.name,
                             size * arm.ratio / sum_of_ratios(trial));
  if (trial.design && trial.design->has_clusters())
    std::cout << fmt::format("  with {:g} patients in all, {} a cluster\n", size * trial.design->cluster_size,
                             trial.design->cluster_size);
}

/// The endpoint of a data model whose events end the trial.
const DataModel* counted_endpoint(const Study& study) {
  return study.data_model ? primary_endpoint(*study.data_model, *study.trial) : nullptr;
}

/// The number of events at which a trial of the study's largest size is analysed, and when it is expected to have them.
void print_events(const Study& study, const SampleSizeGoal& goal, const SizedAnswer& of) {
  const SampleSizeAnswer& answer = of.answer;
  const std::int64_t patients = study.trial->sample_size.back();
  if (!answer.found) {
    std::cout << fmt::format(
        "no number of events up to {} reaches power {:g}, with {} patients; at {} it is {:.4f}\n\n", goal.largest,
        goal.power, patients, goal.largest, answer.ceiling);
    return;
  }
  std::cout << fmt::format(
      "smallest number of events for power {:g}: {} ({:g} % interval {} to {}), of {} patients\n"
      "power there: {:.4f} ± {:.4f} (Monte Carlo standard error), on replicates that the search did not use\n",
      goal.power, answer.sample_size, 100 * goal.level, answer.lower, answer.upper, patients, answer.power,
      answer.power_mcse);
  print_formula(*study.trial, goal, of);
  const DataModel& model = *counted_endpoint(study);
  const auto ends = [&](const DataModel& other) { return &other != &model && other.ends_follow_up; };
  if (model.arms.empty() || std::ranges::any_of(endpoints_of(*study.data_model), ends)) {
    std::cout << '\n';  // the law of its events has no closed form
    return;
  }
  const ExpectedEvents expected(model, *study.trial, patients);
  const auto months = expected.months_until(static_cast<double>(answer.sample_size));
  std::cout << (months ? fmt::format("expected after {:.1f} months; the last patient comes after {:.1f}\n\n", *months,
                                     expected.last_comes())
                       : fmt::format("so many events are not expected: {} patients have {:.1f} when all have been "
                                     "followed, and many trials end then\n\n",
                                     patients, expected.of_all(expected.last_comes() + model.follow_up_months)));
}

void print_answer(const Study& study, const SampleSizeGoal& goal, const SizedAnswer& of) {
  const SampleSizeAnswer& answer = of.answer;
  const TrialQuestion& trial = *study.trial;
  const char* what = goal.assurance ? "assurance" : of.precision ? "the probability of such intervals" : "power";
  const std::string stance = study.data_model ? "" : fmt::format("evidence '{}', ", of.scenario);
  std::cout << fmt::format("{}analysis '{}', {}: {}\n", stance, of.analysis, of.contrast, of.effect);
  if (of.events) {
    print_events(study, goal, of);
  } else if (answer.found) {
    const std::string units = trial.design ? fmt::format(" {}", units_of(trial)) : "";
    std::cout << fmt::format("{} total sample size for {} {:g}: {}{} ({:g} % interval {} to {})\n",
                             goal.first ? "first" : "smallest", what, goal.power, answer.sample_size, units,
                             100 * goal.level, answer.lower, answer.upper);
    print_arms(trial, static_cast<double>(answer.sample_size));
    std::cout << fmt::format(
        "{} there: {:.4f} ± {:.4f} (Monte Carlo standard error), on replicates that the search did not use\n", what,
        answer.power, answer.power_mcse);
    print_formula(*study.trial, goal, of);
    if (trial.final && trial.final->events > static_cast<double>(answer.sample_size))
      std::cout << fmt::format(
          "fewer patients than the {:g} events of trial.final: such trials end with everybody's follow-up\n",
          trial.final->events);
    constexpr std::int64_t wide = 3;
    if (answer.upper > wide * answer.lower)
      std::cout << fmt::format(
          "the {} hardly grows with the number there: look at the curve before relying on the answer\n", what);
    std::cout << '\n';
  } else {
    std::cout << fmt::format("no total sample size up to {}{} reaches {} {:g}; at {} it is {:.4f}\n\n", goal.largest,
                             trial.design ? fmt::format(" {}", units_of(trial)) : "", what, goal.power, goal.largest,
                             answer.ceiling);
    if (trial.final && trial.final->events > 0)
      std::cout << fmt::format(
          "a trial that is analysed at {:g} events (trial.final) has them with more patients only earlier; --events "
          "finds "
          "how many the power needs\n\n",
          trial.final->events);
    if (trial.looks && trial.looks->timing == Looks::Timing::events)
      std::cout << fmt::format(
          "a trial with looks at events ends with {:g} of them (trial.looks.maximum): more patients "
          "only bring it there earlier; --events finds how many events the power needs\n\n",
          trial.looks->maximum);
  }
}

/// "95 % intervals with a half-width of at most 2"
std::string width_in_words(const SizeTarget& target, const Trial& trial) {
  const TrialQuestion& design = trial.prepared().protocol.design;
  const AnalysisPlan& plan = design.analyses[target.analysis];
  return fmt::format("{:g} % intervals of the {} with a half-width of at most {:g}",
                     100 * (1 - 2 * design.alpha / design.sides), name_of(effect_scale(plan)), target.half_width);
}

/// The first of the formulas for what was sized.
template <class First>
void ask_formula(const SampleSizeGoal& goal, const First& first, SizedAnswer& of) {
  const ClosedForm there = first(of.answer.sample_size);
  if (there.formula.empty()) {
    of.no_formula = there.remark;
    return;
  }
  of.formula = fmt::format("{} ({})", there.formula, there.source);
  of.formula_power = there.power;
  of.formula_answer = smallest_size_of(goal, [&](std::int64_t size) { return first(size).power; }).value_or(0);
  of.formula_ends = of.formula_answer == 0 && first(goal.largest / goal.multiple * goal.multiple).formula.empty();
}

/// The search under one scenario; nothing where there is no effect to find.
std::optional<SizedAnswer> answer_under(const LoadedStudy& loaded, const Evidence& stance,
                                        const SizeArguments& arguments) {
  const Study study = to_be_counted(loaded.reading.study);
  SizedTrials trials(study, stance, arguments.events);
  const Trial& trial = trials.whole();
  SizeTarget target = target_of(arguments, trial);
  SizedAnswer of{trial.scenario(),
                 analyses_in_words(trial, target),
                 names_of(trial, target.analysis, target.contrasts),
                 "",
                 {},
                 {}};
  target.half_width = arguments.half_width;
  if (target.half_width > 0) {
    of.effect = width_in_words(target, trial);
  } else if (!has_something_to_find(trial, target, of.effect) && !arguments.null_too) {
    log_notice(
        fmt::format("scenario '{}' is left out: {}, which lies on or beyond the boundary of the null hypothesis "
                    "(--null sizes it nevertheless)",
                    of.scenario, of.effect));
    return std::nullopt;
  }
  const Protocol& protocol = trial.prepared().protocol;
  SampleSizeGoal goal = arguments.goal;
  goal.sawtooth = std::ranges::any_of(analyses_of(trial, target), [&](std::size_t a) {
    const AnalysisPlan& plan = study.trial->analyses[a];
    return outcome_of(plan, protocol).kind == OutcomeKind::binary || analyses_responders(plan, protocol);
  });
  of.events = arguments.events;
  of.units = units_of(*study.trial);
  of.precision = target.half_width > 0;
  const DataModel* model = study.data_model ? &*study.data_model : nullptr;
  of.answer = find_sample_size(goal, [&](std::int64_t n, std::int64_t from, std::int64_t to) {
    log_detail(fmt::format("{} {}: replicates {} to {}", arguments.events ? "events" : "sample size", n, from, to));
    return count_in_parallel(trials.at(n), trials.patients(n), from, to, target);
  });
  if (study.trial->looks && of.answer.found && !of.events) {
    constexpr std::int64_t expected_replicates = 1000;
    const RejectionCounts there = count_in_parallel(trial, of.answer.sample_size, 0, expected_replicates, target);
    of.expected = mean_of(there.enrolled, there.enrolled_squares, static_cast<double>(there.replicates));
  }
  if (of.answer.found && target.contrasts.size() == 1 && !goal.assurance && target.half_width == 0)
    ask_formula(
        goal,
        [&](std::int64_t n) {
          if (target.family) return co_primary_form(trials.at(n), model, target.contrasts.front(), trials.patients(n));
          return trials.at(n).closed_form(target.analysis, target.contrasts.front(), trials.patients(n)).front();
        },
        of);
  if (arguments.format == TableFormat::table && !arguments.in_short) {
    print_answer(study, arguments.goal, of);
    if (std::isfinite(of.expected.value))
      std::cout << fmt::format("that is the maximum: {:.1f} ± {:.1f} are expected, as looks end trials early\n\n",
                               of.expected.value, of.expected.mcse);
    constexpr std::int64_t ceiling_replicates = 500;
    if (arguments.goal.assurance)
      print_ceiling(arguments.goal, count_in_parallel(trial, arguments.goal.largest, 0, ceiling_replicates, target));
    if (arguments.paragraph && of.answer.found)
      std::cout << size_paragraph(loaded, trials.at(of.answer.sample_size), target, goal, of) << '\n';
    else
      print(sample_size_curve(of.answer), arguments.format, std::cout);
  }
  return of;
}

/// At a final analysis, or at the last of its looks.
bool ends_at_events(const TrialQuestion& trial) {
  if (trial.looks) return trial.looks->timing == Looks::Timing::events;
  return trial.final && trial.final->events > 0;
}

void check_events(const Study& study, const SizeArguments& arguments) {
  const DataModel* endpoint = counted_endpoint(study);
  if (!endpoint || endpoint->kind != OutcomeKind::survival || !ends_at_events(*study.trial))
    throw InvalidInput(explain("--events needs a trial that is analysed at a number of events",
                               "the study has neither trial.final.events nor looks at events",
                               "write final = { events = 200 }, or looks with timing = \"events\""));
  if (arguments.goal.assurance)
    throw InvalidInput(
        explain("--events cannot be combined with --assurance", "it speaks of a number of patients", "leave one out"));
}

void check_width(const Study& study, const SizeArguments& arguments) {
  if (study.trial->looks)
    throw InvalidInput(explain("--half-width cannot be combined with looks",
                               "the interval after a stop is not that of a trial without looks",
                               "remove [trial.looks]"));
  if (arguments.goal.assurance || arguments.events || arguments.goal.first)
    throw InvalidInput(explain("--half-width cannot be combined with --assurance, --events or --first",
                               "it counts intervals, and no rejections", "leave one out"));
}

/// Of clusters, as many as a trial in memory has room for.
std::int64_t most_units(const TrialQuestion& trial) {
  constexpr std::int64_t most = 1'000'000, most_values = 10'000'000;
  if (!trial.design || !trial.design->has_clusters()) return most;
  return std::max<std::int64_t>(1, most_values / trial.design->cluster_size / (trial.design->groups + 1));
}

/// The answers for a study without a sweep, one for each stance that has an effect to find.
std::vector<SizedAnswer> answers_for(const LoadedStudy& loaded, SizeArguments arguments) {
  const Study& study = loaded.reading.study;
  if (!study.trial || study.trial->arms.empty())
    throw InvalidInput(explain(fmt::format("{} asks about no trial", arguments.study),
                               "it has no [trial] section with arms", "add one"));
  if (study.trial->looks && study.trial->looks->timing == Looks::Timing::information)
    throw InvalidInput(explain("the number of patients does not decide the power of this trial",
                               "its looks end it at the information in trial.looks.maximum",
                               "choose the maximum: `vcohort boundaries` has the drift of a power, and 1 / SE^2 is its "
                               "square over that of the effect"));
  if (arguments.goal.largest > most_units(*study.trial)) arguments.goal.largest = most_units(*study.trial);
  if (arguments.paragraph && arguments.format != TableFormat::table)
    throw InvalidInput(
        explain("--paragraph is text", "csv and json have the table of the search", "leave out --format"));
  if (!(arguments.goal.power > 0 && arguments.goal.power < 1))
    throw InvalidInput(explain(fmt::format("--power {:g} is no power to size for", arguments.goal.power),
                               "it lies between 0 and 1, and reaches neither", "write one such as 0.9"));
  if (arguments.half_width > 0) check_width(study, arguments);
  if (arguments.events) {
    check_events(study, arguments);
    arguments.goal.multiple = 1;
    const std::int64_t patients = study.trial->sample_size.back();
    arguments.goal.largest = std::min(arguments.goal.largest, patients);
    std::int64_t& smallest = arguments.goal.smallest;
    const auto fits = [&] { return LookPlan::fits(*with_events(study, smallest).trial, patients); };
    while (study.trial->looks && smallest < arguments.goal.largest && !fits()) ++smallest;
  } else {
    arguments.goal.multiple = sample_size_multiple(*study.trial);
  }
  arguments.goal.smallest = std::max(arguments.goal.smallest, arguments.goal.multiple);
  if (study.trial->looks && !arguments.events)
    arguments.goal.smallest = std::max(arguments.goal.smallest, LookPlan::smallest_size(*study.trial));
  if (arguments.goal.largest < arguments.goal.smallest)
    throw InvalidInput(
        explain(fmt::format("no sample size lies up to {}", arguments.goal.largest),
                fmt::format("the smallest that ratio, blocks and looks allow is {}", arguments.goal.smallest),
                "raise --largest"));
  const int threads = arguments.threads > 0 ? arguments.threads : default_threads();
  const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                          static_cast<std::size_t>(threads));
  std::vector<SizedAnswer> answers;
  for (const Evidence& stance : Trial::scenarios(study, loaded.evidence))
    if (std::optional<SizedAnswer> answer = answer_under(loaded, stance, arguments))
      answers.push_back(std::move(*answer));
  return answers;
}

/// One row for each scenario of a sweep.
Table answers_in_short(const std::vector<SizedAnswer>& answers) {
  Table table{"/size", "", {}};
  const Columns column(table, answers);
  const auto if_found = [](auto number) {
    return [number](const SizedAnswer& of) {
      return of.answer.found ? static_cast<double>(of.answer.*number) : std::numeric_limits<double>::quiet_NaN();
    };
  };
  column("scenario", "", "", &SizedAnswer::scenario);
  column("answer", "", "", if_found(&SampleSizeAnswer::sample_size));
  column("lower", "", "", if_found(&SampleSizeAnswer::lower));
  column("upper", "", "", if_found(&SampleSizeAnswer::upper));
  column("power", "", "", if_found(&SampleSizeAnswer::power));
  column("power_mcse", "", "", if_found(&SampleSizeAnswer::power_mcse));
  column("formula_answer", "", "", [](const SizedAnswer& of) {
    return of.formula_answer > 0 ? static_cast<double>(of.formula_answer) : std::numeric_limits<double>::quiet_NaN();
  });
  return table;
}

void print_swept(const LoadedStudy& loaded, const SizeArguments& arguments, const std::vector<SizedAnswer>& answers) {
  const bool whole = arguments.format != TableFormat::table;
  Table table = whole ? sample_size_table(arguments.goal, answers) : answers_in_short(answers);
  const std::vector<Table> described = describe(loaded.reading.study, loaded.evidence);
  SweptValues(described.at(0), described.at(1)).put_before(table);
  if (!whole) {
    std::erase_if(table.columns, [](const Column& column) { return column.name == "scenario"; });
    std::cout << fmt::format("smallest {} for power {:g}, {:g} % interval, and power there on fresh replicates\n\n",
                             arguments.events ? "number of events" : "total sample size", arguments.goal.power,
                             100 * arguments.goal.level);
  }
  print(table, arguments.format, std::cout, 0);
}

/// The value of a key instead of a number of patients.
ExitStatus find_value(const SizeArguments& arguments) {
  if (arguments.events || arguments.paragraph || arguments.goal.first || arguments.half_width > 0 ||
      arguments.goal.assurance || !arguments.sweeps.empty())
    throw InvalidInput(explain("--solve cannot be combined with what asks for a number of patients or events",
                               "the largest sample size of the study is held",
                               "leave out --events, --first, --half-width, --paragraph, --assurance and --sweep"));
  if (!arguments.from || !arguments.to)
    throw InvalidInput(explain("--solve has no range", "", "say between which values to look: --from 1 --to 10"));
  SolveQuestion question{arguments.solve, {}, arguments.study, arguments.settings, arguments.format};
  question.goal = {arguments.goal.power,
                   *arguments.from,
                   *arguments.to,
                   false,
                   arguments.goal.search_replicates,
                   arguments.goal.confirmation_replicates};
  const int threads = arguments.threads > 0 ? arguments.threads : default_threads();
  const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                          static_cast<std::size_t>(threads));
  return solve_key(question, [&](const LoadedStudy& loaded, std::int64_t from, std::int64_t to) {
    const Study& study = loaded.reading.study;
    if (!study.trial || study.trial->arms.empty())
      throw InvalidInput(explain(fmt::format("{} asks about no trial", arguments.study),
                                 "it has no [trial] section with arms", "add one"));
    if (Trial::scenarios(study, loaded.evidence).size() > 1)
      throw InvalidInput(explain("--solve has several answers", "the study has several stances",
                                 "choose one: --set 'evidence=\"sceptical\"'"));
    const Trial trial(study, Trial::scenarios(study, loaded.evidence).front());
    return count_in_parallel(trial, study.trial->sample_size.back(), from, to, target_of(arguments, trial));
  });
}

ExitStatus find_size(SizeArguments arguments) {
  if (!arguments.solve.empty()) return find_value(arguments);
  if (arguments.from || arguments.to)
    throw InvalidInput(explain("--from and --to say nothing here", "they are the range of --solve", "add --solve KEY"));
  const LoadedStudy loaded = load_study(arguments.study, arguments.settings, LoadFor::simulation, arguments.sweeps);
  const std::vector<SweepAxis>& sweep = loaded.reading.study.sweep;
  std::vector<SizedAnswer> answers;
  if (sweep.empty()) {
    answers = answers_for(loaded, arguments);
  } else {
    if (arguments.paragraph)
      throw InvalidInput(explain("--paragraph speaks of one study", "the study sweeps, and has several settings",
                                 "set one of them with --set, and remove [[sweep]]"));
    arguments.in_short = true;
    for (std::size_t setting = 0; setting < static_cast<std::size_t>(settings_of(sweep)); ++setting) {
      log_notice(fmt::format("{}: {}", mark_of(sweep, setting), in_words(sweep, setting)));
      for (SizedAnswer& answer : answers_for(setting_of(loaded, setting), arguments))
        answers.push_back(std::move(answer));
    }
  }
  if (answers.empty())
    throw InvalidInput(explain("no scenario has an effect that a trial could find",
                               "all lie on or beyond the boundary of the null hypothesis",
                               "give an effect, or size them nevertheless with --null"));
  if (!sweep.empty())
    print_swept(loaded, arguments, answers);
  else if (arguments.format != TableFormat::table)
    print(sample_size_table(arguments.goal, answers), arguments.format, std::cout);
  const bool found_all =
      std::all_of(answers.begin(), answers.end(), [](const SizedAnswer& of) { return of.answer.found; });
  return found_all ? ExitStatus::done : ExitStatus::answer_is_no;
}

}  // namespace

void add_size(Verb& program) {
  auto arguments = std::make_shared<SizeArguments>();
  Verb verb = program.verb("size", "find the smallest sample size that reaches a power, by simulation");
  verb.footer(
      "The answer is the smallest total number of randomised patients, or clusters, from which all larger tested "
      "numbers reach the "
      "power, a\n"
      "multiple of what ratio and block need, confirmed on fresh replicates. Exit status 6 where no size within the "
      "limit does.\n\n"
      "  vcohort size phase3.toml --power 0.9");
  verb.option("study", arguments->study, "study file (TOML) with a [trial]").required();
  verb.option("--power", arguments->goal.power, "power to reach [0.9]").within(0.0, 1.0);
  verb.flag("--assurance", arguments->goal.assurance,
            "count rejections in the beneficial direction only: with uncertain parameters, the assurance");
  verb.flag(
      "--first", arguments->goal.first,
      "the smallest number that reaches the power, even where a larger one misses it: as tables of exact designs");
  verb.option("--contrast", arguments->contrast, "the contrast to size, by its arm; needed where there are several");
  verb.flag("--all", arguments->all, "size for the trial in which all contrasts reject");
  verb.flag("--any", arguments->any, "size for any contrast; only with a procedure that keeps the level");
  verb.flag("--co-primary", arguments->co_primary,
            "size for the trial that claims all primaries of trial.multiplicity");
  verb.option("--analysis", arguments->analysis, "the analysis to size [primary]");
  verb.option(
          "--half-width", arguments->half_width,
          "instead of a power: the probability (--power) that the interval is at most so wide to either side, on the "
          "scale of the estimate")
      .within(1e-12, 1e12);
  verb.flag("--events", arguments->events,
            "the smallest number of events of trial.final, or of the last look, with the largest of the study's sample "
            "sizes");
  verb.flag("--paragraph", arguments->paragraph,
            "the sample-size section of a protocol instead of the curve; what the study does not justify stands as "
            "[justify]");
  verb.flag("--null", arguments->null_too, "also scenarios on or beyond the boundary of the null hypothesis");
  verb.option("--largest", arguments->goal.largest, "give up beyond this total sample size [10000]")
      .within(std::int64_t{1}, std::int64_t{1'000'000});
  // A quarter of the confirmation goes to each larger neighbour of the answer, and a standard error needs two.
  constexpr std::int64_t fewest = 8, most = 1'000'000'000;
  verb.option("--replicates", arguments->goal.confirmation_replicates, "replicates of the confirmation [20000]")
      .within(fewest, most);
  verb.option("--search-replicates", arguments->goal.search_replicates,
              "replicates of the search near the answer [20000]")
      .within(fewest, most);
  verb.threads(arguments->threads);
  verb.option(
          "--solve", arguments->solve,
          "instead of a number of patients: the value of this key of the study (an effect, a margin, an SD) at which a "
          "trial of its largest sample size has the power; {} stands for the number in key=[50, {}]")
      .type("KEY");
  verb.option("--from", arguments->from, "lowest value that --solve looks at").type("LOW");
  verb.option("--to", arguments->to, "highest value that --solve looks at").type("HIGH");
  verb.settings(arguments->settings);
  verb.sweeps(arguments->sweeps);
  add_format(verb, arguments->format);
  verb.action([arguments] {
    const ReadableOutput readable(arguments->format);
    return find_size(*arguments);
  });
}

}  // namespace vcohort
