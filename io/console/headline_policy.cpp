#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <ostream>
#include <set>

#include "engine/numeric/percent.hpp"
#include "io/console/headline_parts.hpp"
#include "io/console/table_view.hpp"

namespace vcohort {

namespace {

bool is_true(const Table& table, std::string_view name, std::size_t row) {
  return column_of<Truth>(table, name)[row].value != 0;
}

const std::string& units_of_column(const Table& table, std::string_view name) {
  return table.find(name)->units;
}

/// "USD 26,167 ± 55": whole money, grouped by thousands.
std::string money(double value, double error) {
  const auto grouped = [](double amount) {
    std::string digits = fmt::format("{:.0f}", std::fabs(amount));
    for (std::ptrdiff_t place = std::ssize(digits) - 3; place > 0; place -= 3)
      digits.insert(static_cast<std::size_t>(place), ",");
    return (amount < -0.5 ? "-" : "") + digits;
  };
  if (value != value) return "-";
  return error > 0 ? grouped(value) + " ± " + grouped(error) : grouped(value);
}

/// The row of /policy/strata for a scenario and strategy, over all children, at its first threshold.
struct Decided {
  const Table& strata;
  double threshold = 0;

  explicit Decided(const Table& table, double first_threshold) : strata(table), threshold(first_threshold) {}

  bool leads(std::size_t row) const {
    return texts(strata, "stratum")[row] == "all" && numbers(strata, "threshold")[row] == threshold;
  }
};

/// One sentence per stance, the answer first.
void print_answers(const Table& strata, const Table& summary, const Decided& decided, const std::string& currency,
                   std::ostream& out) {
  std::set<std::string> best;
  for (std::size_t row = 0; row < strata.rows(); ++row) {
    if (!decided.leads(row) || !is_true(strata, "best", row)) continue;
    const std::string& strategy = texts(strata, "strategy")[row];
    best.insert(strategy);
    out << fmt::format("{}: {} is best at {} {} (in {} % of parameter draws); EVPI {} {} per child",
                       texts(strata, "scenario")[row], strategy, money(decided.threshold, 0),
                       units_of_column(strata, "threshold"), percent_of(numbers(strata, "ceac")[row]),
                       money(numbers(strata, "evpi")[row], 0), currency);
    if (numbers(strata, "inb")[row] != 0)
      out << fmt::format("; worth {} {} over the reference",
                         money(numbers(strata, "inb")[row], numbers(strata, "inb_mcse")[row]), currency);
    out << '\n';
  }
  std::set<std::string> scenarios(texts(summary, "scenario").begin(), texts(summary, "scenario").end());
  if (scenarios.size() > 1)
    out << (best.size() > 1 ? "The stances disagree: which evidence one believes decides, more than any number below.\n"
                            : "The stances agree on the decision.\n");
}

/// How many times as many children independent arms would need, from the worst to the best strategy of each stance.
void print_savings(const Table& variance, std::ostream& out) {
  std::vector<std::string> scenarios;
  std::map<std::string, std::pair<double, double>> range;
  for (std::size_t row = 0; row < variance.rows(); ++row) {
    const double saving = numbers(variance, "saving")[row];
    if (texts(variance, "quantity")[row] != "effect" || saving != saving) continue;
    const std::string& scenario = texts(variance, "scenario")[row];
    const auto [place, is_new] = range.emplace(scenario, std::pair(saving, saving));
    if (is_new) scenarios.push_back(scenario);
    place->second = {std::min(place->second.first, saving), std::max(place->second.second, saving)};
  }
  if (scenarios.empty()) return;
  out << "twins: for the same error of a gain, independent arms would need so many times as many children:";
  for (const std::string& scenario : scenarios)
    out << fmt::format("{} {} {:.3g} to {:.3g}", scenario == scenarios.front() ? "" : ",", scenario,
                       range[scenario].first, range[scenario].second);
  out << '\n';
}

}  // namespace

void print_policy(const ResultFile& file, std::ostream& out) {
  const Table summary = file.read_table("/policy/summary");
  const Table frontier = file.read_table("/policy/frontier");
  const Table strata = file.read_table("/policy/strata");
  if (summary.rows() == 0 || strata.rows() == 0) return;
  const Decided decided(strata, numbers(strata, "threshold").front());
  const std::string& currency = units_of_column(summary, "cost");
  const std::string& effect = units_of_column(summary, "effect");
  print_answers(strata, summary, decided, currency, out);

  Table shown{"", "", {}};
  std::vector<std::string> scenario, strategy, cost, gain, ratio, benefit, probability;
  for (std::size_t row = 0; row < strata.rows(); ++row) {
    if (!decided.leads(row)) continue;
    const auto same = [&](const Table& table, std::size_t other) {
      return texts(table, "scenario")[other] == texts(strata, "scenario")[row] &&
             texts(table, "strategy")[other] == texts(strata, "strategy")[row];
    };
    std::size_t of = 0;
    while (!same(summary, of)) ++of;
    std::size_t place = 0;
    while (!same(frontier, place)) ++place;
    const auto increment = [&](const char* name) { return numbers(summary, name)[of]; };
    scenario.push_back(texts(strata, "scenario")[row]);
    strategy.push_back(texts(strata, "strategy")[row]);
    cost.push_back(money(increment("cost_increment"), increment("cost_increment_mcse")));
    gain.push_back(with_error(increment("effect_increment"), increment("effect_increment_mcse")));
    const double icer = numbers(frontier, "icer")[place];
    ratio.push_back(icer == icer ? money(icer, 0) : texts(frontier, "status")[place]);
    benefit.push_back(money(numbers(strata, "inb")[row], numbers(strata, "inb_mcse")[row]));
    probability.push_back(percent_of(numbers(strata, "ceac")[row]));
  }
  shown.add<std::string>("scenario", "", "") = scenario;
  shown.add<std::string>("strategy", "", "") = strategy;
  shown.add<std::string>("further cost, " + currency, "", "") = cost;
  shown.add<std::string>("gain, " + effect, "", "") = gain;
  shown.add<std::string>("ICER", "", "") = ratio;
  shown.add<std::string>("net benefit at " + money(decided.threshold, 0), "", "") = benefit;
  shown.add<std::string>("best in % of draws", "", "") = probability;
  out << '\n';
  print(shown, TableFormat::table, out);
  out << "\nper child, over the reference, discounted; mean ± Monte Carlo standard error, which holds draws and "
         "patients; the share is of parameter draws,\nthe noise of patients taken out. Prices are decisions: "
         "no research can tell them, and draws hold them at their value unless the study says otherwise\n";
  print_savings(file.read_table("/policy/variance"), out);
}

}  // namespace vcohort
