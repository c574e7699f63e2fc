#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <set>

#include "io/console/headline_parts.hpp"
#include "io/console/table_view.hpp"
#include "io/results/swept_values.hpp"

namespace vcohort {

namespace {

constexpr std::int64_t bars_shown = 5;

bool flips(const Table& tornado, std::size_t row) {
  return column_of<Truth>(tornado, "flips")[row].value != 0;
}

std::int64_t rank(const Table& tornado, std::size_t row) {
  return column_of<std::int64_t>(tornado, "rank")[row];
}

/// Three digits of a small number, a large one in full.
std::string amount(double value) {
  constexpr double large = 1000;
  return value >= large || value <= -large ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
}

/// The strategy that each stance could choose instead of the reference: the one with the highest net benefit over it.
std::map<std::string, std::string> contenders(const Table& tornado, double threshold) {
  std::map<std::string, std::string> contender;
  std::map<std::string, double> highest;
  for (std::size_t row = 0; row < tornado.rows(); ++row) {
    if (numbers(tornado, "threshold")[row] != threshold) continue;
    const std::string& scenario = texts(tornado, "scenario")[row];
    const double inb = numbers(tornado, "inb")[row];
    if (contender.contains(scenario) && inb <= highest[scenario]) continue;
    contender[scenario] = texts(tornado, "strategy")[row];
    highest[scenario] = inb;
  }
  return contender;
}

void print_flips(const Table& tornado, double threshold, std::ostream& out) {
  std::map<std::string, std::set<std::string>> of_scenario;
  for (const auto& [scenario, strategy] : contenders(tornado, threshold)) of_scenario[scenario];
  for (std::size_t row = 0; row < tornado.rows(); ++row)
    if (numbers(tornado, "threshold")[row] == threshold && flips(tornado, row))
      of_scenario[texts(tornado, "scenario")[row]].insert(texts(tornado, "parameter")[row]);
  for (const auto& [scenario, parameters] : of_scenario)
    out << fmt::format("{}: {}\n", scenario,
                       parameters.empty() ? std::string("no single parameter changes the decision within its range")
                                          : fmt::format("alone within its range, the decision is changed by {}",
                                                        fmt::join(parameters, ", ")));
}

}  // namespace

void print_sensitivity(const ResultFile& file, std::ostream& out) {
  Table tornado = file.read_table("/sensitivity/tornado");
  if (tornado.rows() == 0) return;
  const SweptValues swept(file);
  const std::vector<std::string> scenario_of = texts(tornado, "scenario");
  if (!swept.empty()) keep_rows(tornado, [&](std::size_t row) { return swept.is_first(scenario_of[row]); });
  const double threshold = numbers(tornado, "threshold").front();
  const auto contender = contenders(tornado, threshold);
  Table shown{"", "", {}};
  std::vector<std::string> scenario, strategy, parameter, range, benefit, strength;
  std::vector<std::string> flip;
  for (std::size_t row = 0; row < tornado.rows(); ++row) {
    const std::string& stance = texts(tornado, "scenario")[row];
    if (numbers(tornado, "threshold")[row] != threshold || rank(tornado, row) > bars_shown ||
        texts(tornado, "strategy")[row] != contender.at(stance) || !(numbers(tornado, "span")[row] > 0))
      continue;
    scenario.push_back(stance);
    strategy.push_back(texts(tornado, "strategy")[row]);
    parameter.push_back(texts(tornado, "parameter")[row]);
    range.push_back(amount(numbers(tornado, "low")[row]) + " to " + amount(numbers(tornado, "high")[row]));
    benefit.push_back(
        fmt::format("{:.0f} to {:.0f}", numbers(tornado, "inb_low")[row], numbers(tornado, "inb_high")[row]));
    flip.emplace_back(flips(tornado, row) ? "yes" : "no");
    strength.push_back(texts(tornado, "strength")[row]);
  }
  shown.add<std::string>("scenario", "", "") = scenario;
  shown.add<std::string>("strategy", "", "") = strategy;
  shown.add<std::string>("parameter", "", "") = parameter;
  shown.add<std::string>("from ... to", "", "") = range;
  shown.add<std::string>("net benefit, " + tornado.find("inb")->units, "", "") = benefit;
  shown.add<std::string>("changes the decision", "", "") = flip;
  shown.add<std::string>("strength", "", "") = strength;
  out << fmt::format("\nwhat the decision at {:.0f} depends on most, each parameter alone over its range{}:\n\n",
                     threshold, swept.empty() ? "" : ", in the first setting");
  print(shown, TableFormat::table, out);
  out << '\n';
  print_flips(tornado, threshold, out);
}

}  // namespace vcohort
