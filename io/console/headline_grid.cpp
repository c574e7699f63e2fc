#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <set>

#include "io/console/headline_parts.hpp"
#include "io/console/table_view.hpp"
#include "io/results/swept_values.hpp"

namespace vcohort {

namespace {

/// The rows of /strategies whose cells, route, and as far as they are needed courses and doses are the same.
struct Panel {
  std::string title;
  std::vector<std::size_t> rows;
};

using Schedule = std::pair<double, double>;  // infusions, days between them

Schedule schedule_of(const Table& strategies, std::size_t row) {
  const double infusions = numbers(strategies, "infusions")[row];
  return {infusions, infusions > 1 ? numbers(strategies, "interval_days")[row] : 0};
}

/// Split by one thing after the other until no two strategies of a panel have the same schedule.
void split(const Table& strategies, Panel panel, std::size_t next, std::vector<Panel>& out) {
  struct Thing {
    const char* name;
    double (*of)(const Table&, std::size_t);
  };
  static constexpr Thing things[] = {
      {"courses", [](const Table& table, std::size_t row) { return numbers(table, "courses")[row]; }},
      {"in all",
       [](const Table& table, std::size_t row) {
         return numbers(table, "dose")[row] * numbers(table, "infusions")[row] * numbers(table, "courses")[row];
       }},
      {"an infusion", [](const Table& table, std::size_t row) { return numbers(table, "dose")[row]; }}};
  std::set<Schedule> schedules;
  for (const std::size_t row : panel.rows) schedules.insert(schedule_of(strategies, row));
  if (schedules.size() == panel.rows.size() || next == std::size(things)) {
    out.push_back(std::move(panel));
    return;
  }
  std::map<std::string, std::vector<std::size_t>> parts;
  std::vector<std::string> order;
  for (const std::size_t row : panel.rows) {
    const std::string value = fmt::format("{:.6g} {}", things[next].of(strategies, row), things[next].name);
    if (parts[value].empty()) order.push_back(value);
    parts[value].push_back(row);
  }
  for (const std::string& value : order)
    split(strategies, {order.size() > 1 ? panel.title + ", " + value : panel.title, parts[value]}, next + 1, out);
}

/// One for each cell and route that has a grid: schedules that differ in the number of infusions and in their interval.
std::vector<Panel> panels_of(const Table& strategies) {
  std::vector<Panel> pairs;
  for (std::size_t row = 0; row < strategies.rows(); ++row) {
    if (!texts(strategies, "marker")[row].empty() || texts(strategies, "cell")[row] == "none") continue;
    const std::string title = texts(strategies, "cell")[row] + ", " + texts(strategies, "route")[row];
    const auto same =
        std::find_if(pairs.begin(), pairs.end(), [&](const Panel& panel) { return panel.title == title; });
    (same == pairs.end() ? pairs.emplace_back(Panel{title, {}}) : *same).rows.push_back(row);
  }
  std::vector<Panel> panels;
  for (Panel& pair : pairs) split(strategies, std::move(pair), 0, panels);
  std::erase_if(panels, [&](const Panel& panel) {
    std::set<double> infusions, intervals;
    for (const std::size_t row : panel.rows) {
      const Schedule schedule = schedule_of(strategies, row);
      infusions.insert(schedule.first);
      if (schedule.first > 1) intervals.insert(schedule.second);
    }
    return infusions.size() < 2 || intervals.size() < 2;
  });
  return panels;
}

std::string words_of(const Schedule& schedule) {
  return schedule.first > 1 ? fmt::format("{:g}, every {:g} days", schedule.first, schedule.second) : "1, at once";
}

/// The strata in order of appearance: everybody, and one variable at a time.
std::vector<std::string> strata_of(const Table& increments) {
  std::vector<std::string> strata;
  for (const std::string& stratum : texts(increments, "stratum")) {
    const bool crossed = stratum.find(", ") != std::string::npos;
    if (!crossed && std::find(strata.begin(), strata.end(), stratum) == strata.end()) strata.push_back(stratum);
  }
  return strata;
}

}  // namespace

bool print_grid(const ResultFile& file, const std::string& endpoint, double visit_months, std::ostream& out) {
  if (!SweptValues(file).empty() || !file.find("/strategies")) return false;
  const Table strategies = file.read_table("/strategies");
  std::vector<Panel> panels = panels_of(strategies);
  if (panels.empty()) return false;
  const Table increments = file.read_table("/cohort/increments");
  std::map<std::vector<std::string>, std::size_t> row_of;  // scenario, strategy, stratum
  std::vector<std::string> scenarios;
  for (std::size_t row = 0; row < increments.rows(); ++row) {
    const std::string& scenario = texts(increments, "scenario")[row];
    if (std::find(scenarios.begin(), scenarios.end(), scenario) == scenarios.end()) scenarios.push_back(scenario);
    if (texts(increments, "endpoint")[row] == endpoint && numbers(increments, "visit_months")[row] == visit_months)
      row_of.emplace(std::vector{scenario, texts(increments, "strategy")[row], texts(increments, "stratum")[row]}, row);
  }
  const Table harm = file.read_table("/cohort/harm");
  std::map<std::pair<std::string, std::string>, std::size_t> harm_of;  // scenario, strategy
  for (std::size_t row = 0; row < harm.rows(); ++row)
    if (texts(harm, "stratification")[row].empty())
      harm_of.emplace(std::pair(texts(harm, "scenario")[row], texts(harm, "strategy")[row]), row);
  constexpr double hundred = 100;
  const std::vector<std::string> strata = strata_of(increments);
  out << fmt::format(
      "{} at {:g} months: mean gain over the reference ± simulation error, by schedule and stratum; and children with "
      "an event of grade 3 or worse\n",
      endpoint, visit_months);
  for (const std::string& scenario : scenarios)
    for (Panel& panel : panels) {
      std::sort(panel.rows.begin(), panel.rows.end(),
                [&](std::size_t a, std::size_t b) { return schedule_of(strategies, a) < schedule_of(strategies, b); });
      Table shown{"", "", {}};
      auto& schedules = shown.add<std::string>("infusions", "", "");
      for (const std::size_t row : panel.rows) schedules.push_back(words_of(schedule_of(strategies, row)));
      for (const std::string& stratum : strata) {
        auto& cells = shown.add<std::string>(stratum, "", "");
        for (const std::size_t row : panel.rows) {
          const auto place = row_of.find({scenario, texts(strategies, "strategy")[row], stratum});
          cells.push_back(place == row_of.end() ? "-"
                                                : briefly(numbers(increments, "mean")[place->second],
                                                          numbers(increments, "mcse")[place->second]));
        }
      }
      auto& serious = shown.add<std::string>("grade 3+ %", "", "");
      for (const std::size_t row : panel.rows) {
        const auto place = harm_of.find({scenario, texts(strategies, "strategy")[row]});
        serious.push_back(place == harm_of.end()
                              ? "-"
                              : briefly(hundred * numbers(harm, "serious_share")[place->second],
                                        hundred * numbers(harm, "serious_share_mcse")[place->second]));
      }
      out << fmt::format("\n{}: {}\n", scenario, panel.title);
      print(shown, TableFormat::table, out);
    }
  return true;
}

}  // namespace vcohort
