#include "io/console/headline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <ostream>
#include <set>
#include <string>

#include "io/console/headline_parts.hpp"
#include "io/console/table_view.hpp"

namespace vcohort {

std::string with_error(double value, double error) {
  if (value != value) return "-";
  constexpr double rounding = 1e-7;  // of a mean of equal numbers
  if (!(error > rounding * std::fabs(value))) return fmt::format("{:.4g}", value);
  const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(error))) + 1, 0, 6);
  return fmt::format("{:.{}f} ± {:.{}f}", value, digits, error, digits);
}

namespace {

std::string percent(double share, double error) {
  constexpr double hundred = 100;
  return share != share ? "-" : with_error(hundred * share, hundred * error);
}

/// The endpoint that a table leads with, and the last visit.
struct Lead {
  std::string endpoint;
  double visit_months = 0;
};

Lead lead_of(const Table& summary) {
  Lead lead;
  const auto& endpoints = texts(summary, "endpoint");
  lead.endpoint =
      std::find(endpoints.begin(), endpoints.end(), "gmfm66") != endpoints.end() ? "gmfm66" : endpoints.front();
  lead.visit_months =
      *std::max_element(numbers(summary, "visit_months").begin(), numbers(summary, "visit_months").end());
  return lead;
}

/// Where the mean gains of 95 % of the parameter draws lie, each shrunk by what its patients add to its spread.
void print_ranges(const Table& draws, std::ostream& out) {
  std::vector<std::pair<std::string, std::string>> order;
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> rows;
  for (std::size_t row = 0; row < draws.rows(); ++row) {
    const std::pair key(texts(draws, "scenario")[row], texts(draws, "strategy")[row]);
    if (rows[key].empty()) order.push_back(key);
    rows[key].push_back(row);
  }
  if (order.empty()) return;
  out << "\nwhat is not known: where 95 % of the parameter draws lie, the noise of their patients taken out; more "
         "children make the error above smaller, not this\n";
  for (const auto& key : order) {
    const std::vector<std::size_t>& of = rows[key];
    const auto count = static_cast<double>(of.size());
    if (of.size() < 2) continue;
    std::vector<double> gains;
    double mean = 0, noise = 0, squares = 0;
    for (const std::size_t row : of) {
      gains.push_back(numbers(draws, "increment")[row]);
      mean += gains.back() / count;
      noise += numbers(draws, "increment_mcse")[row] * numbers(draws, "increment_mcse")[row] / count;
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
    out << fmt::format("{}, {}: {} gain {:.4g}, {:.4g} to {:.4g} over {} draws\n", key.first, key.second,
                       texts(draws, "endpoint")[of.front()], mean, quantile(tail), quantile(1 - tail), of.size());
  }
}

void print_cohort(const ResultFile& file, std::ostream& out) {
  const Table summary = file.read_table("/cohort/summary");
  const Table increments = file.read_table("/cohort/increments");
  const Table harm = file.read_table("/cohort/harm");
  if (summary.rows() == 0) return;
  const Lead lead = lead_of(summary);

  using Key = std::pair<std::string, std::string>;  // scenario, strategy
  const auto in_lead = [&](const Table& table, std::size_t row) {
    return texts(table, "stratification")[row].empty() && texts(table, "endpoint")[row] == lead.endpoint &&
           numbers(table, "visit_months")[row] == lead.visit_months;
  };
  std::map<Key, std::size_t> increment_row, harm_row;
  for (std::size_t row = 0; row < increments.rows(); ++row)
    if (in_lead(increments, row))
      increment_row[{texts(increments, "scenario")[row], texts(increments, "strategy")[row]}] = row;
  for (std::size_t row = 0; row < harm.rows(); ++row)
    if (texts(harm, "stratification")[row].empty())
      harm_row[{texts(harm, "scenario")[row], texts(harm, "strategy")[row]}] = row;

  Table shown{"", "", {}};
  std::vector<std::string> scenario, strategy, mean, increment, benefit, harmed, any_event, serious;
  for (std::size_t row = 0; row < summary.rows(); ++row) {
    if (!in_lead(summary, row)) continue;
    const Key key{texts(summary, "scenario")[row], texts(summary, "strategy")[row]};
    scenario.push_back(key.first);
    strategy.push_back(key.second);
    mean.push_back(with_error(numbers(summary, "mean")[row], numbers(summary, "mean_mcse")[row]));
    const auto found = increment_row.find(key);
    const auto of = [&](const char* value, const char* error, bool share) -> std::string {
      if (found == increment_row.end()) return "reference";
      const double number = numbers(increments, value)[found->second];
      const double mcse = numbers(increments, error)[found->second];
      return share ? percent(number, mcse) : with_error(number, mcse);
    };
    increment.push_back(of("mean", "mcse", false));
    benefit.push_back(of("benefit_share", "benefit_share_mcse", true));
    harmed.push_back(of("harm_share", "harm_share_mcse", true));
    const std::size_t h = harm_row.at(key);
    any_event.push_back(percent(numbers(harm, "any_share")[h], numbers(harm, "any_share_mcse")[h]));
    serious.push_back(percent(numbers(harm, "serious_share")[h], numbers(harm, "serious_share_mcse")[h]));
  }
  shown.add<std::string>("scenario", "", "") = scenario;
  shown.add<std::string>("strategy", "", "") = strategy;
  shown.add<std::string>(fmt::format("{} at {:g} months", lead.endpoint, lead.visit_months), "", "") = mean;
  shown.add<std::string>("gain over reference", "", "") = increment;
  shown.add<std::string>("benefit %", "", "") = benefit;
  shown.add<std::string>("worse %", "", "") = harmed;
  shown.add<std::string>("any event %", "", "") = any_event;
  shown.add<std::string>("grade 3+ %", "", "") = serious;

  const auto n = column_of<std::int64_t>(summary, "n").front();
  out << fmt::format("{} children under every strategy; mean ± Monte Carlo standard error\n\n", n);
  print(shown, TableFormat::table, out);
  if (file.find("/cohort/draws")) print_ranges(file.read_table("/cohort/draws"), out);
  out << "\ngain, benefit, worse: the same child with and without the strategy, latent score, against the MCID of the "
         "GMFCS level\n"
         "events: children with an adverse event related to an infusion\n";
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

/// Looks that decided nothing: those without news, and those whose analysis never had an estimate.
void print_lost_looks(const Table& table, std::ostream& out) {
  const auto counts = [&](const char* name) { return column_of<std::int64_t>(table, name); };
  const auto look = counts("look"), size = counts("sample_size"), taken = counts("taken");
  const auto passed_over = counts("passed_over"), failures = counts("failures");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string which = fmt::format("look {} of {} patients", look[row], size[row]);
    if (passed_over[row] > 0)
      out << fmt::format("{}: {} trials passed over it, as it had no information more than the one before\n", which,
                         passed_over[row]);
    if (taken[row] > 0 && failures[row] == taken[row])
      out << fmt::format(
          "{}: the primary analysis never had an estimate (too little was known), and what it spent of "
          "alpha is lost\n",
          which);
  }
}

/// Where the trials with looks ended.
void print_looks(const Table& table, std::ostream& out) {
  Table shown{"", "", {}};
  shown.add<std::string>("scenario", "", "") = texts(table, "scenario");
  shown.add<std::int64_t>("sample size", "", "") = column_of<std::int64_t>(table, "sample_size");
  shown.add<std::int64_t>("look", "", "") = column_of<std::int64_t>(table, "look");
  const auto bound = [&](const char* heading, const char* name) {
    auto& cells = shown.add<std::string>(heading, "", "");
    for (const double z : numbers(table, name)) cells.push_back(std::isfinite(z) ? fmt::format("{:.3f}", z) : "-");
  };
  bound("benefit from z", "efficacy_z");
  bound("futile below z", "futility_z");
  const auto measured = [&](const char* heading, const std::string& name, bool share) {
    auto& cells = shown.add<std::string>(heading, "", "");
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const double value = numbers(table, name.c_str())[row], error = numbers(table, (name + "_mcse").c_str())[row];
      cells.push_back(share ? percent(value, error) : with_error(value, error));
    }
  };
  shown.add<std::int64_t>("failed fits", "", "") = column_of<std::int64_t>(table, "failures");
  measured("information %", "information_seen", true);
  measured("months", "months", false);
  measured("enrolled", "enrolled", false);
  measured("ended: benefit %", "stop_efficacy", true);
  measured("futile %", "stop_futility", true);
  measured("worse %", "stop_worse", true);
  out << '\n';
  print(shown, TableFormat::table, out);
  out << "\nended: of all trials; at the last look futile means not significant. months and enrolled are those of "
         "trials that came to the look, a failed fit lets them go on,\nenrolled includes patients whose outcome was "
         "not known yet. The estimate of a "
         "trial that ended early is biased: see `vcohort boundaries`\n";
  print_lost_looks(table, out);
}

/// What formulas say beside the simulation, and which analyses have none.
void print_closed_forms(const Table& table, std::ostream& out) {
  const auto& formula = texts(table, "formula");
  const auto& analysis = texts(table, "analysis");
  const auto& remark = texts(table, "remark");
  std::vector<std::size_t> rows;
  std::set<std::string> without;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (formula[row].empty())
      without.insert(fmt::format("{}: {}", analysis[row], remark[row]));
    else
      rows.push_back(row);
  }
  if (!rows.empty()) {
    Table shown{"", "", {}};
    const auto add = [&](const char* heading, const auto& of_row) {
      auto& cells = shown.add<std::string>(heading, "", "");
      for (const std::size_t row : rows) cells.push_back(of_row(row));
    };
    const auto& sizes = column_of<std::int64_t>(table, "sample_size");
    const auto by_formula = numbers(table, "formula_power"), power = numbers(table, "power"),
               error = numbers(table, "power_mcse");
    for (const char* name : {"analysis", "arm"}) add(name, [&](std::size_t row) { return texts(table, name)[row]; });
    add("sample size", [&](std::size_t row) { return std::to_string(sizes[row]); });
    add("simulated power", [&](std::size_t row) { return with_error(power[row], error[row]); });
    add("by formula", [&](std::size_t row) { return fmt::format("{:.4f}", by_formula[row]); });
    add("formula", [&](std::size_t row) { return fmt::format("{} ({})", formula[row], texts(table, "source")[row]); });
    out << '\n';
    print(shown, TableFormat::table, out);
  }
  if (!without.empty()) out << '\n';
  for (const std::string& line : without) out << "no formula for " << line << '\n';
}

/// The operating characteristics of a trial.
void print_trial(const ResultFile& file, std::ostream& out) {
  const Table table = file.read_table("/trial/operating_characteristics");
  const auto column = [&](const char* name) { return numbers(table, name); };
  const auto sizes = column_of<std::int64_t>(table, "sample_size");
  const auto replicates = column_of<std::int64_t>(table, "replicates");
  const auto failures = column_of<std::int64_t>(table, "failures");
  Table shown{"", "", {}};
  const auto pair = [&](const char* heading, const char* value, const char* error) {
    const auto values = column(value);
    const auto errors = column(error);
    auto& cells = shown.add<std::string>(heading, "", "");
    for (std::size_t row = 0; row < table.rows(); ++row) cells.push_back(with_error(values[row], errors[row]));
  };
  for (const char* name : {"scenario", "analysis", "arm"}) shown.add<std::string>(name, "", "") = texts(table, name);
  shown.add<std::int64_t>("sample size", "", "") = sizes;
  pair("power", "power", "power_mcse");
  pair("in the good direction", "assurance", "assurance_mcse");
  pair("bias", "bias", "bias_mcse");
  pair("coverage", "coverage", "coverage_mcse");
  if (file.find("/trial/looks")) pair("expected size", "expected_sample_size", "expected_sample_size_mcse");
  if (table.find("events")) pair("events", "events", "events_mcse");
  pair("months", "duration_months", "duration_months_mcse");
  shown.add<std::int64_t>("failed fits", "", "") = failures;
  const auto [fewest, most] = std::minmax_element(replicates.begin(), replicates.end());
  out << fmt::format("{} simulated trials for each row; share or mean ± Monte Carlo standard error\n\n",
                     *fewest == *most ? fmt::format("{}", *most) : fmt::format("{} to {}", *fewest, *most));
  print(shown, TableFormat::table, out);
  out << "\npower: rejections of the null hypothesis, the type I error where it is true; a failed fit rejects nothing "
         "and is counted\n"
         "bias and coverage refer to the true value of the estimand; sample size: all randomised patients, or "
         "clusters\n";
  if (file.find("/trial/looks")) print_looks(file.read_table("/trial/looks"), out);
  if (file.find("/trial/closed_forms")) print_closed_forms(file.read_table("/trial/closed_forms"), out);
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
  if (file.find("/parameters")) print_strength(file, out);
}

}  // namespace vcohort
