#include "io/console/headline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <tuple>

#include "io/console/headline_parts.hpp"
#include "io/console/table_view.hpp"
#include "io/results/swept_values.hpp"

namespace vcohort {

std::string with_error(double value, double error) {
  if (value != value) return "-";
  constexpr double rounding = 1e-7;  // of a mean of equal numbers
  if (!(error > rounding * std::fabs(value))) return fmt::format("{:.4g}", value);
  const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(error))) + 1, 0, 6);
  return fmt::format("{:.{}f} ± {:.{}f}", value, digits, error, digits);
}

std::string briefly(double value, double error) {
  if (std::isnan(value)) return "-";
  constexpr double rounding = 1e-7;  // of a mean of equal numbers
  constexpr int most_digits = 4;
  if (!(error > rounding * std::fabs(value)) || !std::isfinite(error)) return fmt::format("{:.3g}", value);
  const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(error))), 0, most_digits);
  return fmt::format("{:.{}f} ± {:.{}f}", value, digits, error, digits);
}

std::string percent(double share, double error) {
  constexpr double hundred = 100;
  return share != share ? "-" : with_error(hundred * share, hundred * error);
}

void print_by_stance(const ResultFile& file, Table shown, std::ostream& out) {
  constexpr std::size_t most_rows = 60;
  const SweptValues swept(file);
  swept.put_before(shown);
  if (!swept.empty()) std::erase_if(shown.columns, [](const Column& column) { return column.name == "scenario"; });
  const Column* stance = swept.empty() ? nullptr : shown.find("stance");
  if (!stance) {
    print(shown, TableFormat::table, out, most_rows);
    return;
  }
  const std::vector<std::string> stances = std::get<std::vector<std::string>>(stance->values);
  std::set<std::string> done;
  for (const std::string& name : stances) {
    if (!done.insert(name).second) continue;
    Table block = shown;
    keep_rows(block, [&](std::size_t row) { return stances[row] == name; });
    std::erase_if(block.columns, [](const Column& column) { return column.name == "stance"; });
    out << (done.size() > 1 ? "\n" : "") << name << "\n";
    print(block, TableFormat::table, out, most_rows);
  }
}

namespace {

/// The endpoint that a scenario leads with, and the last visit. Settings of a sweep may have other ones.
struct Lead {
  std::string endpoint;
  double visit_months = 0;

  bool operator==(const Lead&) const = default;
  std::string words() const { return fmt::format("{} at {:g} months", endpoint, visit_months); }
};

std::map<std::string, Lead> leads_of(const Table& summary) {
  std::map<std::string, Lead> leads;
  for (std::size_t row = 0; row < summary.rows(); ++row) {
    const std::string& endpoint = texts(summary, "endpoint")[row];
    const double months = numbers(summary, "visit_months")[row];
    Lead& lead = leads.emplace(texts(summary, "scenario")[row], Lead{endpoint, months}).first->second;
    if (endpoint == "gmfm66") lead.endpoint = endpoint;
    lead.visit_months = std::max(lead.visit_months, months);
  }
  return leads;
}

std::string brief_percent(double share, double error) {
  constexpr double hundred = 100;
  return share != share ? "-" : briefly(hundred * share, hundred * error);
}

using Key = std::pair<std::string, std::string>;  // scenario, strategy

/// Where the mean gains of 95 % of the parameter draws lie, each shrunk by what its patients add to its spread.
std::string range_of(const Table& draws, const std::vector<std::size_t>& rows) {
  const auto count = static_cast<double>(rows.size());
  if (rows.size() < 2) return "-";
  std::vector<double> gains;
  double mean = 0, noise = 0, squares = 0;
  for (const std::size_t row : rows) {
    const double error = numbers(draws, "increment_mcse")[row];
    gains.push_back(numbers(draws, "increment")[row]);
    mean += gains.back() / count;
    noise += error * error / count;
  }
  for (const double gain : gains) squares += (gain - mean) * (gain - mean) / (count - 1);
  const double kept = squares > 0 ? std::sqrt(std::max(0.0, 1 - noise / squares)) : 0.0;
  std::sort(gains.begin(), gains.end());
  const auto quantile = [&](double share) {
    const double place = share * (count - 1);
    const auto below = static_cast<std::size_t>(place);
    const double above = gains[std::min(below + 1, gains.size() - 1)];
    return mean + kept * (gains[below] + (place - static_cast<double>(below)) * (above - gains[below]) - mean);
  };
  constexpr double tail = 0.025;
  return fmt::format("{:.3g} to {:.3g}", quantile(tail), quantile(1 - tail));
}

/// What is not known about the gains, by scenario and strategy.
std::map<Key, std::string> ranges_of(const Table& draws) {
  std::map<Key, std::vector<std::size_t>> rows;
  for (std::size_t row = 0; row < draws.rows(); ++row)
    rows[{texts(draws, "scenario")[row], texts(draws, "strategy")[row]}].push_back(row);
  std::map<Key, std::string> ranges;
  for (const auto& [key, of] : rows) ranges[key] = range_of(draws, of);
  return ranges;
}

/// Strategies that are not for everybody: what they do to the children who may have them.
void print_eligible(const ResultFile& file, const std::map<std::string, Lead>& leads, std::ostream& out) {
  if (!file.find("/cohort/eligible")) return;
  const Table eligible = file.read_table("/cohort/eligible");
  Table shown{"", "", {}};
  std::vector<std::string> scenario, strategy, share, within, benefit, all;
  for (std::size_t row = 0; row < eligible.rows(); ++row) {
    const Lead of_row{texts(eligible, "endpoint")[row], numbers(eligible, "visit_months")[row]};
    if (!(of_row == leads.at(texts(eligible, "scenario")[row]))) continue;
    const auto with = [&](const std::string& name, const std::string& error) {
      return std::pair(numbers(eligible, name)[row], numbers(eligible, error)[row]);
    };
    scenario.push_back(texts(eligible, "scenario")[row]);
    strategy.push_back(texts(eligible, "strategy")[row]);
    share.push_back(std::apply(percent, with("share", "share_mcse")));
    within.push_back(std::apply(with_error, with("mean", "mcse")));
    benefit.push_back(std::apply(brief_percent, with("benefit_share", "benefit_share_mcse")));
    all.push_back(std::apply(with_error, with("mean_all", "mcse_all")));
  }
  shown.add<std::string>("scenario", "", "") = scenario;
  shown.add<std::string>("strategy", "", "") = strategy;
  shown.add<std::string>("eligible %", "", "") = share;
  shown.add<std::string>("gain of the eligible", "", "") = within;
  shown.add<std::string>("benefit %", "", "") = benefit;
  shown.add<std::string>("gain over all children", "", "") = all;
  out << "\nwithin the children who are eligible; all others have usual care\n\n";
  print_by_stance(file, std::move(shown), out);
}

void print_cohort(const ResultFile& file, std::ostream& out) {
  const Table summary = file.read_table("/cohort/summary");
  const Table increments = file.read_table("/cohort/increments");
  const Table harm = file.read_table("/cohort/harm");
  if (summary.rows() == 0) return;
  const std::map<std::string, Lead> leads = leads_of(summary);
  const Lead& lead = leads.begin()->second;
  const bool same_lead = std::ranges::all_of(leads, [&](const auto& of) { return of.second == lead; });

  const auto in_lead = [&](const Table& table, std::size_t row) {
    return texts(table, "stratification")[row].empty() &&
           Lead{texts(table, "endpoint")[row], numbers(table, "visit_months")[row]} ==
               leads.at(texts(table, "scenario")[row]);
  };
  std::map<Key, std::size_t> increment_row, harm_row;
  for (std::size_t row = 0; row < increments.rows(); ++row)
    if (in_lead(increments, row))
      increment_row[{texts(increments, "scenario")[row], texts(increments, "strategy")[row]}] = row;
  for (std::size_t row = 0; row < harm.rows(); ++row)
    if (texts(harm, "stratification")[row].empty())
      harm_row[{texts(harm, "scenario")[row], texts(harm, "strategy")[row]}] = row;

  const Table draws = file.find("/cohort/draws") ? file.read_table("/cohort/draws") : Table{};
  const std::map<Key, std::string> ranges = draws.rows() > 0 ? ranges_of(draws) : std::map<Key, std::string>{};
  Table shown{"", "", {}};
  std::vector<std::int64_t> n;
  std::vector<std::string> scenario, strategy, of_lead, mean, increment, unknown, benefit, harmed, any_event, serious;
  for (std::size_t row = 0; row < summary.rows(); ++row) {
    if (!in_lead(summary, row)) continue;
    const Key key{texts(summary, "scenario")[row], texts(summary, "strategy")[row]};
    scenario.push_back(key.first);
    strategy.push_back(key.second);
    n.push_back(column_of<std::int64_t>(summary, "n")[row]);
    of_lead.push_back(leads.at(key.first).words());
    mean.push_back(with_error(numbers(summary, "mean")[row], numbers(summary, "mean_mcse")[row]));
    const auto found = increment_row.find(key);
    const auto of = [&](const char* value, const char* error, bool share) -> std::string {
      if (found == increment_row.end()) return "reference";
      const double number = numbers(increments, value)[found->second];
      const double mcse = numbers(increments, error)[found->second];
      return share ? brief_percent(number, mcse) : with_error(number, mcse);
    };
    increment.push_back(of("mean", "mcse", false));
    const auto range = ranges.find(key);
    unknown.push_back(range == ranges.end() ? "" : range->second);
    benefit.push_back(of("benefit_share", "benefit_share_mcse", true));
    harmed.push_back(of("harm_share", "harm_share_mcse", true));
    const std::size_t h = harm_row.at(key);
    any_event.push_back(brief_percent(numbers(harm, "any_share")[h], numbers(harm, "any_share_mcse")[h]));
    serious.push_back(brief_percent(numbers(harm, "serious_share")[h], numbers(harm, "serious_share_mcse")[h]));
  }
  shown.add<std::string>("scenario", "", "") = scenario;
  shown.add<std::string>("strategy", "", "") = strategy;
  if (!same_lead) shown.add<std::string>("endpoint", "", "") = of_lead;
  shown.add<std::string>(same_lead ? lead.words() : "mean", "", "") = mean;
  shown.add<std::string>("gain over reference", "", "") = increment;
  if (!ranges.empty()) {
    const std::string& endpoint = texts(draws, "endpoint").front();
    shown.add<std::string>(endpoint == lead.endpoint ? "unknown: 95 % of draws" : "unknown: 95 % of draws, " + endpoint,
                           "", "") = unknown;
  }
  shown.add<std::string>("benefit %", "", "") = benefit;
  shown.add<std::string>("worse %", "", "") = harmed;
  shown.add<std::string>("any event %", "", "") = any_event;
  shown.add<std::string>("grade 3+ %", "", "") = serious;

  const auto [fewest, most] = std::ranges::minmax(n);
  const std::string children = fewest == most ? fmt::format("{}", most) : fmt::format("{} to {}", fewest, most);
  if (same_lead && print_grid(file, lead.endpoint, lead.visit_months, out)) {
    out << fmt::format(
        "\n{} children under every strategy. Benefit, harm and events of every schedule: `vcohort show {} "
        "cohort/increments` and `cohort/harm`\n",
        children, file.path().string());
    return;
  }
  out << fmt::format("{} children under every strategy; mean ± simulation error (a Monte Carlo standard error)\n\n",
                     children);
  print_by_stance(file, std::move(shown), out);
  if (!ranges.empty())
    out << "\nunknown: where the mean gains of 95 % of the parameter draws lie, the noise of their patients taken out; "
           "more "
           "children make the simulation error smaller, not this\n";
  print_eligible(file, leads, out);
  out << "\ngain, benefit, worse: the same child with and without the strategy, latent score, against the MCID of the "
         "GMFCS level\n"
         "events: children with an adverse event related to an infusion\n";
}

/// Cells that are compared at other hours of rehabilitation: their gain is not theirs alone.
void print_unequal_hours(const ResultFile& file, std::ostream& out) {
  if (!file.find("/strategies")) return;
  const Table strategies = file.read_table("/strategies");
  if (!strategies.find("compared_at_other_hours")) return;
  for (std::size_t row = 0; row < strategies.rows(); ++row)
    if (const std::string& other = texts(strategies, "compared_at_other_hours")[row]; !other.empty())
      out << fmt::format(
          "\n{} and {} do not have the same hours of rehabilitation: their difference is that of cells "
          "and hours together\n",
          texts(strategies, "strategy")[row], other);
}

/// Less therapy than usual care: what it saves and loses was never measured.
void print_hours_below_usual(const ResultFile& file, std::ostream& out) {
  if (!file.find("/strategies")) return;
  const Table strategies = file.read_table("/strategies");
  const Column* below = strategies.find("hours_below_usual");
  if (!below) return;
  const auto& of = std::get<std::vector<Truth>>(below->values);
  for (std::size_t row = 0; row < strategies.rows(); ++row)
    if (of[row].value)
      out << fmt::format(
          "\n{} has fewer hours of rehabilitation than usual care: beyond the evidence, the loss is taken as the "
          "mirror "
          "of the gain\n",
          texts(strategies, "strategy")[row]);
}

/// How much of the model nobody measured.
void print_strength(const ResultFile& file, std::ostream& out) {
  const Table parameters = file.read_table("/parameters");
  if (parameters.rows() == 0) return;                       // a data model
  std::map<std::string, std::map<std::string, int>> count;  // scenario -> strength -> n
  for (std::size_t row = 0; row < parameters.rows(); ++row)
    ++count[texts(parameters, "scenario")[row]][texts(parameters, "strength")[row]];
  out << '\n';
  for (const auto& [scenario, of_strength] : count) {
    int all = 0;
    for (const auto& [strength, number] : of_strength) all += number;
    const auto of = [&](const char* strength) {
      const auto found = of_strength.find(strength);
      return found == of_strength.end() ? 0 : found->second;
    };
    out << fmt::format(
        "evidence '{}': {} of {} parameters are assumed, {} recalled, {} derived, {} found in a publication\n",
        scenario, of("assumed"), all, of("recalled"), of("derived"), of("found"));
  }
  out << "assumption-driven: severity, genotype, timing, injury, cell type and the splitting of doses rest on "
         "assumptions\n"
         "a research tool, no medical advice\n";
}

}  // namespace

void print_headline(const ResultFile& file, std::ostream& out) {
  const bool cohort = file.find("/cohort/summary") != nullptr;
  if (cohort) print_cohort(file, out);
  if (file.find("/trial/operating_characteristics")) {
    if (cohort) out << '\n';
    print_trial(file, out);
  }
  if (file.find("/policy/summary")) {
    if (cohort || file.find("/trial/operating_characteristics")) out << '\n';
    print_policy(file, out);
    if (file.find("/sensitivity/tornado")) print_sensitivity(file, out);
  }
  if (file.find("/policy/research_answer")) {
    out << '\n';
    print_research(file, out);
  }
  print_unequal_hours(file, out);
  print_hours_below_usual(file, out);
  if (file.find("/parameters")) print_strength(file, out);
}

}  // namespace vcohort
