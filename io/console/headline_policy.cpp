#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <ostream>
#include <set>

#include "engine/numeric/percent.hpp"
#include "io/console/headline_parts.hpp"
#include "io/console/table_view.hpp"
#include "io/results/swept_values.hpp"

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

/// The decision over all children at the first threshold of each scenario: settings of a sweep may have other ones.
struct Decided {
  const Table& strata;
  std::map<std::string, double> first_threshold;  // of a scenario

  explicit Decided(const Table& table) : strata(table) {
    for (std::size_t row = 0; row < table.rows(); ++row)
      first_threshold.emplace(texts(table, "scenario")[row], numbers(table, "threshold")[row]);
  }

  double threshold(const std::string& scenario) const { return first_threshold.at(scenario); }
  bool at_first_threshold(std::size_t row) const {
    return numbers(strata, "threshold")[row] == threshold(texts(strata, "scenario")[row]);
  }
  bool leads(std::size_t row) const { return texts(strata, "stratum")[row] == "all" && at_first_threshold(row); }

  /// "50,000 USD per QALY", or what stands instead where scenarios differ.
  std::string words() const {
    const double first = first_threshold.begin()->second;
    for (const auto& [scenario, threshold] : first_threshold)
      if (threshold != first) return "the first threshold of each setting";
    return money(first, 0) + " " + units_of_column(strata, "threshold");
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
                       texts(strata, "scenario")[row], strategy, money(numbers(strata, "threshold")[row], 0),
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

/// The scenario without the number of its setting.
std::string stance_of(const std::string& scenario) {
  return scenario.substr(0, scenario.find('#'));
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

/// "21,000 to 31,000": where 95 % of the parameter draws lie.
std::string range(const std::string& lower, const std::string& upper) {
  return lower == "-" || lower == upper ? "" : fmt::format("{} to {}", lower, upper);
}

/// A column of texts, one of each row.
class Columns {
 public:
  template <class Text>
  void add(const std::string& name, const std::vector<std::size_t>& rows, Text&& text) {
    auto& cells = table_.add<std::string>(name, "", "");
    for (const std::size_t row : rows) cells.push_back(text(row));
  }
  void print_to(const ResultFile& file, std::ostream& out) const {
    out << '\n';
    print_by_stance(file, table_, out);
  }

 private:
  Table table_{"", "", {}};
};

/// What a child costs and has under every strategy.
void print_totals(const ResultFile& file, const Table& summary, const std::string& currency, const std::string& effect,
                  std::ostream& out) {
  std::vector<std::size_t> rows(summary.rows());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const auto number = [&](const std::string& name, std::size_t row) { return numbers(summary, name)[row]; };
  Columns shown;
  shown.add("scenario", rows, [&](std::size_t row) { return texts(summary, "scenario")[row]; });
  shown.add("strategy", rows, [&](std::size_t row) { return texts(summary, "strategy")[row]; });
  shown.add("cost, " + currency, rows,
            [&](std::size_t row) { return money(number("cost", row), number("cost_mcse", row)); });
  shown.add("unknown: cost in 95 % of draws", rows, [&](std::size_t row) {
    return range(money(number("cost_lower", row), 0), money(number("cost_upper", row), 0));
  });
  shown.add(effect, rows,
            [&](std::size_t row) { return with_error(number("effect", row), number("effect_mcse", row)); });
  shown.add(fmt::format("unknown: {} in 95 % of draws", effect), rows, [&](std::size_t row) {
    return range(with_error(number("effect_lower", row), 0), with_error(number("effect_upper", row), 0));
  });
  shown.add("cost, not discounted", rows, [&](std::size_t row) { return money(number("cost_undiscounted", row), 0); });
  shown.add(effect + ", not discounted", rows,
            [&](std::size_t row) { return with_error(number("effect_undiscounted", row), 0); });
  shown.add("life years", rows, [&](std::size_t row) { return with_error(number("life_years", row), 0); });
  shown.print_to(file, out);
}

/// The decision at the first threshold: what every strategy costs and gains over the reference.
void print_increments(const ResultFile& file, const Table& strata, const Table& summary, const Table& frontier,
                      const Decided& decided, std::ostream& out) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < strata.rows(); ++row)
    if (decided.leads(row)) rows.push_back(row);
  const auto same_in = [&](const Table& table, std::size_t row) {
    std::size_t other = 0;
    while (texts(table, "scenario")[other] != texts(strata, "scenario")[row] ||
           texts(table, "strategy")[other] != texts(strata, "strategy")[row])
      ++other;
    return other;
  };
  const auto summed = [&](const std::string& name, std::size_t row) {
    return numbers(summary, name)[same_in(summary, row)];
  };
  Columns shown;
  shown.add("scenario", rows, [&](std::size_t row) { return texts(strata, "scenario")[row]; });
  shown.add("strategy", rows, [&](std::size_t row) { return texts(strata, "strategy")[row]; });
  shown.add("further cost, " + units_of_column(summary, "cost"), rows,
            [&](std::size_t row) { return money(summed("cost_increment", row), summed("cost_increment_mcse", row)); });
  shown.add("gain, " + units_of_column(summary, "effect"), rows, [&](std::size_t row) {
    return with_error(summed("effect_increment", row), summed("effect_increment_mcse", row));
  });
  shown.add("ICER", rows, [&](std::size_t row) {
    const std::size_t place = same_in(frontier, row);
    const double icer = numbers(frontier, "icer")[place];
    return icer == icer ? money(icer, 0) : texts(frontier, "status")[place];
  });
  shown.add("net benefit at " + money(decided.first_threshold.begin()->second, 0), rows, [&](std::size_t row) {
    const auto of = [&](const char* name) { return numbers(strata, name)[row]; };
    return money(of("inb"), of("inb_mcse"));
  });
  shown.add("unknown: net benefit in 95 % of draws", rows, [&](std::size_t row) {
    return range(money(numbers(strata, "inb_lower")[row], 0), money(numbers(strata, "inb_upper")[row], 0));
  });
  shown.add("best in % of draws", rows, [&](std::size_t row) { return percent_of(numbers(strata, "ceac")[row]); });
  shown.print_to(file, out);
  out << "\nper child, discounted; in the second table over the reference. Mean ± simulation error (a Monte Carlo "
         "standard "
         "error), which more draws and patients reduce; unknown: where 95 % of the parameter draws lie, the noise of "
         "patients taken out, which only research reduces. Prices are decisions: no research can tell them, and draws "
         "hold them at their value unless the study says otherwise. Costs by component: policy/costs\n";
}

/// What is best in every setting of a sweep.
void print_swept_answers(const ResultFile& file, const Table& strata, const Decided& decided,
                         const std::string& currency, std::ostream& out) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < strata.rows(); ++row)
    if (decided.leads(row) && is_true(strata, "best", row)) rows.push_back(row);
  Columns shown;
  shown.add("scenario", rows, [&](std::size_t row) { return texts(strata, "scenario")[row]; });
  shown.add("best", rows, [&](std::size_t row) { return texts(strata, "strategy")[row]; });
  shown.add("in % of draws", rows, [&](std::size_t row) { return percent_of(numbers(strata, "ceac")[row]); });
  shown.add("net benefit over the reference, " + currency, rows,
            [&](std::size_t row) { return money(numbers(strata, "inb")[row], numbers(strata, "inb_mcse")[row]); });
  shown.add("EVPI, " + currency, rows, [&](std::size_t row) { return money(numbers(strata, "evpi")[row], 0); });
  out << fmt::format("best at {}; mean ± simulation error\n", decided.words());
  shown.print_to(file, out);
}

/// A tornado of choices: every setting that leaves the first one on a single axis, those that move the net benefit most
/// first. Of each stance the strategy that one could choose instead of the reference.
void print_choices(const ResultFile& file, const Table& strata, const Decided& decided, const std::string& currency,
                   std::ostream& out) {
  if (!file.find("/policy/comparison")) return;
  const Table compared = file.read_table("/policy/comparison");
  const SweptValues swept(file);
  const auto text = [&](const char* name, std::size_t row) { return texts(compared, name)[row]; };
  const auto number = [&](const char* name, std::size_t row) { return numbers(compared, name)[row]; };
  std::vector<std::size_t> rows;
  std::map<std::string, std::pair<double, std::string>> contender;  // of a first setting: net benefit and strategy
  for (std::size_t row = 0; row < compared.rows(); ++row) {
    const std::string first = text("compared_with", row);
    if (!swept.is_first(first) || number("threshold", row) != decided.threshold(first)) continue;
    rows.push_back(row);
    const std::pair candidate(number("other_net_benefit", row), text("strategy", row));
    if (const auto [known, is_new] = contender.emplace(first, candidate); !is_new && candidate > known->second)
      known->second = candidate;
  }
  std::erase_if(rows,
                [&](std::size_t row) { return text("strategy", row) != contender[text("compared_with", row)].second; });
  if (rows.empty()) return;
  std::ranges::stable_sort(rows, [&](std::size_t a, std::size_t b) {
    if (text("compared_with", a) != text("compared_with", b)) return a < b;
    return std::fabs(number("difference", a)) > std::fabs(number("difference", b));
  });
  std::map<std::string, std::string> best;  // by scenario
  for (std::size_t row = 0; row < strata.rows(); ++row)
    if (decided.leads(row) && is_true(strata, "best", row))
      best[texts(strata, "scenario")[row]] = texts(strata, "strategy")[row];
  Columns shown;
  shown.add("stance", rows, [&](std::size_t row) { return stance_of(text("scenario", row)); });
  shown.add("choice", rows,
            [&](std::size_t row) { return swept.in_words(text("scenario", row), text("compared_with", row)); });
  shown.add("strategy", rows, [&](std::size_t row) { return text("strategy", row); });
  shown.add("net benefit, " + currency, rows, [&](std::size_t row) { return money(number("net_benefit", row), 0); });
  shown.add("first setting", rows, [&](std::size_t row) { return money(number("other_net_benefit", row), 0); });
  shown.add("difference", rows,
            [&](std::size_t row) { return money(number("difference", row), number("difference_mcse", row)); });
  shown.add("best then", rows, [&](std::size_t row) { return best[text("scenario", row)]; });
  shown.add("changes the decision", rows, [&](std::size_t row) {
    return best[text("scenario", row)] == best[text("compared_with", row)] ? "no" : "yes";
  });
  out << fmt::format("\nwhat the choices move at {}, each alone, from the first setting: {}\n", decided.words(),
                     swept.in_words(text("compared_with", rows.front())));
  shown.print_to(file, out);
}

/// A cross-table: in a row a stratum (and of a sweep a setting), in a column a stance, in a cell what is best there.
void print_best_for_whom(const ResultFile& file, const Table& strata, const Decided& decided, std::ostream& out) {
  constexpr std::size_t most_rows = 60;
  std::vector<std::pair<std::string, std::string>> rows;  // setting, stratum
  std::vector<std::string> stances;
  std::map<std::pair<std::string, std::string>, std::map<std::string, std::string>> best;  // row -> stance
  std::map<std::pair<std::string, std::string>, std::string> scenario_of;
  std::set<std::string> whom;
  for (std::size_t row = 0; row < strata.rows(); ++row) {
    if (!decided.at_first_threshold(row) || !is_true(strata, "best", row)) continue;
    const std::string& scenario = texts(strata, "scenario")[row];
    const std::string stance = stance_of(scenario);
    const std::pair key(scenario.substr(stance.size()), texts(strata, "stratum")[row]);
    if (best[key].empty()) rows.push_back(key);
    if (std::find(stances.begin(), stances.end(), stance) == stances.end()) stances.push_back(stance);
    best[key][stance] =
        fmt::format("{} ({} %)", texts(strata, "strategy")[row], percent_of(numbers(strata, "ceac")[row]));
    scenario_of.emplace(key, scenario);
    whom.insert(key.second);
  }
  if (whom.size() < 2) return;
  Table shown{"", "", {}};
  auto& scenarios = shown.add<std::string>("scenario", "", "");
  for (const auto& row : rows) scenarios.push_back(scenario_of[row]);
  auto& strata_shown = shown.add<std::string>("children", "", "");
  for (const auto& row : rows) strata_shown.push_back(row.second);
  for (const std::string& stance : stances) {
    auto& cells = shown.add<std::string>(stance, "", "");
    for (const auto& row : rows) cells.push_back(best[row][stance]);
  }
  SweptValues(file).put_before(shown);
  std::erase_if(shown.columns,
                [](const Column& column) { return column.name == "scenario" || column.name == "stance"; });
  out << fmt::format("\nbest for whom at {} (and in how many of the parameter draws)\n\n", decided.words());
  print(shown, TableFormat::table, out, most_rows);
}

/// Strategies that are not for everybody: what they do to the children who may have them, at the first threshold.
void print_eligible(const ResultFile& file, const Decided& decided, std::ostream& out) {
  if (!file.find("/policy/eligible")) return;
  const Table eligible = file.read_table("/policy/eligible");
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < eligible.rows(); ++row)
    if (numbers(eligible, "threshold")[row] == decided.threshold(texts(eligible, "scenario")[row])) rows.push_back(row);
  const auto number = [&](const std::string& name, std::size_t row) { return numbers(eligible, name)[row]; };
  const auto amount = [&](const std::string& name) {
    return [&, name](std::size_t row) { return money(number(name, row), number(name + "_mcse", row)); };
  };
  Columns shown;
  shown.add("scenario", rows, [&](std::size_t row) { return texts(eligible, "scenario")[row]; });
  shown.add("strategy", rows, [&](std::size_t row) { return texts(eligible, "strategy")[row]; });
  shown.add("eligible %", rows,
            [&](std::size_t row) { return percent(number("share", row), number("share_mcse", row)); });
  shown.add("further cost, " + units_of_column(eligible, "cost_increment"), rows, amount("cost_increment"));
  shown.add("gain, " + units_of_column(eligible, "effect_increment"), rows, [&](std::size_t row) {
    return with_error(number("effect_increment", row), number("effect_increment_mcse", row));
  });
  shown.add("net benefit", rows, amount("inb"));
  shown.add("unknown: in 95 % of draws", rows, [&](std::size_t row) {
    return range(money(number("inb_lower", row), 0), money(number("inb_upper", row), 0));
  });
  shown.add("best in % of draws", rows, [&](std::size_t row) { return percent_of(number("ceac", row)); });
  shown.add("net benefit over all children", rows, amount("inb_all"));
  out << fmt::format("\nwithin the children who are eligible, per eligible child over the reference, at {}\n",
                     decided.words());
  shown.print_to(file, out);
}

/// What a payer spends each year when the mix changes.
void print_budget(const ResultFile& file, const std::string& currency, std::ostream& out) {
  if (!file.find("/policy/budget_impact")) return;
  const Table budget = file.read_table("/policy/budget_impact");
  std::vector<std::size_t> rows(budget.rows());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const auto amount = [&](const char* name) {
    return [&budget, name](std::size_t row) { return money(numbers(budget, name)[row], 0); };
  };
  Columns shown;
  shown.add("scenario", rows, [&](std::size_t row) { return texts(budget, "scenario")[row]; });
  shown.add("year", rows,
            [&](std::size_t row) { return fmt::format("{}", column_of<std::int64_t>(budget, "year")[row]); });
  shown.add("children", rows, [&](std::size_t row) {
    return money(numbers(budget, "turns_backlog")[row] + numbers(budget, "turns_births")[row], 0);
  });
  shown.add("come back", rows, amount("returns"));
  shown.add("put off", rows, amount("put_off"));
  shown.add("treatment as it is, " + currency, rows, amount("treatment_cost_before"));
  shown.add("treatment after", rows, amount("treatment_cost_after"));
  shown.add("impact", rows, amount("budget_impact"));
  shown.add("impact, discounted", rows, amount("budget_impact_discounted"));
  out << "\nbudget impact of the new mix, by year:\n";
  shown.print_to(file, out);
}

/// The answer without draws, one line for each stance.
void print_base_case(const Table& base, std::ostream& out) {
  for (std::size_t row = 0; row < base.rows(); ++row) {
    const std::string& scenario = texts(base, "scenario")[row];
    if (row == 0 || texts(base, "scenario")[row - 1] != scenario)
      out << fmt::format("{}base case of {}, every parameter at its value:", row == 0 ? "" : "\n", scenario);
    const double icer = numbers(base, "icer")[row];
    if (texts(base, "status")[row] == "frontier")
      out << fmt::format(" {} {} {} and {} {}{};", texts(base, "strategy")[row], money(numbers(base, "cost")[row], 0),
                         units_of_column(base, "cost"), with_error(numbers(base, "effect")[row], 0),
                         units_of_column(base, "effect"), icer == icer ? fmt::format(", ICER {}", money(icer, 0)) : "");
  }
  out << '\n';
}

}  // namespace

void print_policy(const ResultFile& file, std::ostream& out) {
  const Table summary = file.read_table("/policy/summary");
  const Table frontier = file.read_table("/policy/frontier");
  const Table strata = file.read_table("/policy/strata");
  if (summary.rows() == 0 || strata.rows() == 0) return;
  const Decided decided(strata);
  const std::string& currency = units_of_column(summary, "cost");
  const std::string& effect = units_of_column(summary, "effect");
  if (SweptValues(file).empty())
    print_answers(strata, summary, decided, currency, out);
  else
    print_swept_answers(file, strata, decided, currency, out);
  print_choices(file, strata, decided, currency, out);
  print_best_for_whom(file, strata, decided, out);
  print_eligible(file, decided, out);
  if (!SweptValues(file).empty()) {
    out << fmt::format("\ncosts, effects and all else of every strategy: `vcohort show {} policy/summary`\n",
                       file.path().string());
    return;
  }
  print_totals(file, summary, currency, effect, out);
  print_increments(file, strata, summary, frontier, decided, out);
  print_budget(file, currency, out);
  if (file.find("/policy/base_case")) print_base_case(file.read_table("/policy/base_case"), out);
  print_savings(file.read_table("/policy/variance"), out);
}

}  // namespace vcohort
