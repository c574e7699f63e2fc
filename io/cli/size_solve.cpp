#include "io/cli/size_solve.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iostream>
#include <limits>

#include "engine/numeric/columns.hpp"
#include "engine/numeric/errors.hpp"
#include "io/console/log.hpp"
#include "io/study/number_text.hpp"

namespace vcohort {

namespace {

std::string setting_of_value(const std::string& key, double value) {
  const std::size_t place = key.find("{}");
  if (place == std::string::npos) return key + "=" + number_text(value);
  std::string setting = key;
  return setting.replace(place, 2, number_text(value));
}

Table table_of(const SolveQuestion& question, const SolvedValue& solved) {
  Table table{
      "/size", "Power by the value of a key, as far as the search looked, and the value that has the power", {}};
  const Columns column(table, solved.curve);
  const auto if_found = [&](double number) { return solved.found ? number : std::numeric_limits<double>::quiet_NaN(); };
  using Point = SolvedValue::Point;
  column("solved_for", "", "key of the study", question.key);
  column("target", "share", "power to reach", question.goal.power);
  column("answer", "of the key", "value that has the power; missing where none does", if_found(solved.value));
  column("lower", "of the key", "lower limit of its 95 % interval", if_found(solved.lower));
  column("upper", "of the key", "upper limit of it", if_found(solved.upper));
  column("value", "of the key", "value that was simulated", &Point::value);
  column("replicates", "trials", "simulated", [](const Point& at) { return at.counts.replicates; });
  add_with_error(column, "power", "share", "what was reached; failed fits are none",
                 [](const Point& at) { return power_of(at.counts); });
  column("failures", "trials", "whose analysis failed", [](const Point& at) { return at.counts.failures; });
  return table;
}

/// Whether the study takes a whole number, and no other one, for the key.
bool is_whole_number(const SolveQuestion& question) {
  const auto takes = [&](double value) {
    std::vector<std::string> settings = question.settings;
    settings.push_back(setting_of_value(question.key, value));
    try {
      load_study(question.study, settings);
    } catch (const InvalidInput&) {
      return false;
    }
    return true;
  };
  const double low = question.goal.low;
  if (low != std::floor(low) || question.goal.high != std::floor(question.goal.high)) return false;
  set_log_level(LogLevel::quiet);
  const bool whole = takes(low) && !takes(low + 0.5);
  set_log_level(LogLevel::normal);
  return whole;
}

}  // namespace

ExitStatus solve_key(const SolveQuestion& question, const CountOfStudy& count) {
  ValueGoal goal = question.goal;
  if (!(goal.low < goal.high))
    throw InvalidInput(explain("--solve has no range", "--from must be below --to",
                               "say between which values the power crosses the goal: --from 1 --to 10"));
  goal.whole = is_whole_number(question);
  std::int64_t patients = 0;
  const SolvedValue solved = solve_for_power(goal, [&](double value, std::int64_t from, std::int64_t to) {
    std::vector<std::string> settings = question.settings;
    settings.push_back(setting_of_value(question.key, value));
    const LoadedStudy loaded = load_study(question.study, settings);
    set_log_level(LogLevel::quiet);  // what there is to say of the study is said once
    refuse_sweep(loaded, "--solve");
    patients = loaded.reading.study.trial ? loaded.reading.study.trial->sample_size.back() : 0;
    return count(loaded, from, to);
  });
  set_log_level(LogLevel::normal);
  const Table table = table_of(question, solved);
  if (question.format != TableFormat::table) {
    print(table, question.format, std::cout);
    return solved.found ? ExitStatus::done : ExitStatus::answer_is_no;
  }
  const int digits = solved.is_step ? 10 : 5;  // beside a step no digit may be rounded over it
  const std::string at_value = setting_of_value(question.key, std::stod(fmt::format("{:.{}g}", solved.value, digits)));
  if (solved.is_step && goal.whole)
    std::cout << fmt::format(
        "{} reaches power {:g} with {} randomised, and the next one, {:g}, does not: {:.4f}\n"
        "power there: {:.4f} ± {:.4f} (Monte Carlo standard error), on replicates that the search did not use\n\n",
        at_value, goal.power, patients, solved.next, solved.beyond, solved.power.value, solved.power.mcse);
  else if (solved.is_step)
    std::cout << fmt::format(
        "{} has power {:g} with {} randomised, and beyond it the power jumps to {:.4f}: the test is discrete\n"
        "power there: {:.4f} ± {:.4f} (Monte Carlo standard error), on replicates that the search did not use\n\n",
        at_value, goal.power, patients, solved.beyond, solved.power.value, solved.power.mcse);
  else if (solved.found)
    std::cout << fmt::format(
        "{} has power {:g} with {} randomised (95 % interval {:.4g} to {:.4g})\n"
        "power there: {:.4f} ± {:.4f} (Monte Carlo standard error), on replicates that the search did not use\n\n",
        at_value, goal.power, patients, solved.lower, solved.upper, solved.power.value, solved.power.mcse);
  else
    std::cout << fmt::format("the power does not cross {:g} between {:g} and {:g}: it is {:.4f} and {:.4f}\n\n",
                             goal.power, goal.low, goal.high, power_of(solved.curve.front().counts).value,
                             power_of(solved.curve.back().counts).value);
  constexpr double clearly = 2;
  if (solved.is_step && goal.whole && solved.power.value < goal.power - clearly * solved.power.mcse)
    log_notice(
        fmt::format("the power there is clearly below {:g}: the search was too short to find the step "
                    "(--search-replicates)",
                    goal.power));
  constexpr double far = 4;
  if (solved.found && !solved.is_step && std::fabs(solved.power.value - goal.power) > far * solved.power.mcse)
    log_notice(
        fmt::format("the power there is more than {:g} standard errors from {:g}: the search had too few replicates, "
                    "or the power is no line there (--search-replicates, a narrower --from and --to)",
                    far, goal.power));
  Table shown = table;
  std::erase_if(shown.columns, [](const Column& column) {
    return column.name == "solved_for" || column.name == "target" || column.name == "answer" ||
           column.name == "lower" || column.name == "upper";
  });
  print(shown, TableFormat::table, std::cout);
  return solved.found ? ExitStatus::done : ExitStatus::answer_is_no;
}

}  // namespace vcohort
