#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <ostream>
#include <set>

#include "engine/study/data_endpoints.hpp"
#include "io/console/headline_parts.hpp"
#include "io/console/table_view.hpp"
#include "io/results/swept_values.hpp"
#include "io/study/study_reader.hpp"

namespace vcohort {

namespace {

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
void print_looks(const ResultFile& file, std::ostream& out) {
  const Table table = file.read_table("/trial/looks");
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
  print_by_stance(file, std::move(shown), out);
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
    constexpr double hundred = 100;
    const auto& sizes = column_of<std::int64_t>(table, "sample_size");
    const auto by_formula = numbers(table, "formula_power"), power = numbers(table, "power"),
               error = numbers(table, "power_mcse");
    for (const char* name : {"analysis", "arm"}) add(name, [&](std::size_t row) { return texts(table, name)[row]; });
    add("sample size", [&](std::size_t row) { return std::to_string(sizes[row]); });
    add("simulated power %", [&](std::size_t row) { return percent(power[row], error[row]); });
    add("by formula %", [&](std::size_t row) { return fmt::format("{:.2f}", hundred * by_formula[row]); });
    add("formula", [&](std::size_t row) { return fmt::format("{} ({})", formula[row], texts(table, "source")[row]); });
    out << '\n';
    print(shown, TableFormat::table, out);
  }
  if (!without.empty()) out << '\n';
  for (const std::string& line : without) out << "no formula for " << line << '\n';
}

/// The values at the visit of an analysis, or at the last one.
std::size_t visit_of(const std::vector<double>& visits, double visit_months) {
  const auto place = std::find(visits.begin(), visits.end(), visit_months);
  return place == visits.end() ? visits.size() - 1 : static_cast<std::size_t>(place - visits.begin());
}

/// "control 52, SD 10": what a data model says of an arm where the primary analysis looks.
std::string words_of(const DataModel& model, const DataModel::DataArm& arm, double visit_months) {
  constexpr double hundred = 100;
  std::string text = arm.name;
  if (!arm.mean.empty() && arm.mean.size() == arm.sd.size() && arm.mean.size() == model.visits_months.size()) {
    const std::size_t visit = visit_of(model.visits_months, visit_months);
    return fmt::format("{} {:.4g}, SD {:.4g}", text, arm.mean[visit], arm.sd[visit]);
  }
  if (model.kind == OutcomeKind::binary && arm.share.size() == model.visits_months.size())
    return fmt::format("{} {:.4g} %", text, hundred * arm.share[visit_of(model.visits_months, visit_months)]);
  if (!arm.share.empty()) {
    std::vector<std::string> shares;
    for (const double share : arm.share) shares.push_back(fmt::format("{:.3g}", hundred * share));
    return fmt::format("{} {} %", text, fmt::join(shares, ", "));
  }
  if (arm.rate > 0) return fmt::format("{} {:.4g} a month, dispersion {:.4g}", text, arm.rate, arm.dispersion);
  if (!arm.hazard.empty()) return fmt::format("{} hazard {:.4g} a month", text, fmt::join(arm.hazard, ", "));
  return text;
}

/// What the power rests on, in a line or two.
void print_assumptions(const ResultFile& file, const Table& table, bool is_swept, std::ostream& out) {
  const Study study = read_study(file.header().study_resolved, "the study in the file").study;
  if (!study.trial) return;
  const TrialQuestion& trial = *study.trial;
  constexpr double hundred = 100;
  std::vector<std::string> said;
  if (study.data_model) {
    std::vector<std::string> arms;
    const DataModel* primary = primary_endpoint(*study.data_model, trial);
    const DataModel& endpoint = primary ? *primary : *study.data_model;
    for (const DataModel::DataArm& arm : endpoint.arms)
      arms.push_back(words_of(endpoint, arm, numbers(table, "visit_months").front()));
    const std::string whose = study.data_model->endpoints.empty() ? "" : endpoint.name + ": ";
    if (!arms.empty()) said.push_back(fmt::format("{}{}", whose, fmt::join(arms, "; ")));
  }
  if (trial.dropout && !trial.dropout->share.empty())
    said.push_back(fmt::format("drop-out {:.4g} % by month {:g}", hundred * trial.dropout->share.back(),
                               trial.dropout->months.back()));
  said.push_back(fmt::format("alpha {:g}, {}-sided", trial.alpha, trial.sides == 1 ? "one" : "two"));
  out << fmt::format("assumed{}: {}\n", is_swept ? ", where it is not swept" : "", fmt::join(said, "; "));
}

/// By what the evidence's efficacy was multiplied for a wished difference.
void print_wish(const ResultFile& file, std::ostream& out) {
  if (!file.find("/trial/wished_effect")) return;
  constexpr std::size_t most_rows = 6;  // stances; a sweep has its table
  const Table table = file.read_table("/trial/wished_effect");
  const auto number = [&](const char* name, std::size_t row) { return numbers(table, name)[row]; };
  for (std::size_t row = 0; row < std::min(table.rows(), most_rows); ++row)
    out << fmt::format("wished: {} differs by {:g} points; {} says {:.4g}, so efficacy is multiplied by {:.4g}\n",
                       texts(table, "endpoint")[row], number("wished", row), texts(table, "scenario")[row],
                       number("evidence", row), number("scale", row));
  if (table.rows() > most_rows)
    out << fmt::format("the scales of all {} settings: `vcohort show {} trial/wished_effect`\n", table.rows(),
                       file.path().string());
}

/// What a row of the table of power is about: everything but the sample size.
struct PowerRow {
  std::size_t first = 0;  // row of the operating characteristics
  std::map<std::int64_t, std::size_t> of_size;
};

std::vector<PowerRow> power_rows(const Table& table) {
  const auto& sizes = column_of<std::int64_t>(table, "sample_size");
  std::map<std::vector<std::string>, std::size_t> known;
  std::vector<PowerRow> rows;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::vector<std::string> key;
    for (const char* name : {"scenario", "analysis", "arm"}) key.push_back(texts(table, name)[row]);
    const auto [place, is_new] = known.emplace(key, rows.size());
    if (is_new) rows.push_back({row, {}});
    rows[place->second].of_size[sizes[row]] = row;
  }
  return rows;
}

std::string true_value(const Table& table, std::size_t row) {
  const double value = numbers(table, "true_value")[row];
  return std::isnan(value) ? "-" : with_error(value, numbers(table, "true_value_mcse")[row]);
}

/// Power by sample size: the answer. What does not differ between rows stands above.
void print_power(const ResultFile& file, const Table& table, const std::vector<PowerRow>& rows, std::ostream& out) {
  const auto add = [&](Table& shown, const std::string& heading, const auto& of_row) {
    auto& cells = shown.add<std::string>(heading, "", "");
    for (const PowerRow& row : rows) cells.push_back(of_row(row));
  };
  Table shown{"", "", {}};
  for (const char* name : {"scenario", "analysis", "arm"})
    add(shown, name, [&](const PowerRow& row) { return texts(table, name)[row.first]; });
  add(shown, "true value", [&](const PowerRow& row) { return true_value(table, row.of_size.rbegin()->second); });
  std::vector<std::string> above;
  const bool is_swept = !SweptValues(file).empty();
  for (const char* name : {"scenario", "analysis", "arm", "true value"}) {
    const auto& cells = texts(shown, name);
    if (!std::all_of(cells.begin(), cells.end(), [&](const std::string& cell) { return cell == cells.front(); }) ||
        (is_swept && std::string_view(name) == "scenario"))
      continue;
    if (!cells.front().empty() && cells.front() != "data model")
      above.push_back(fmt::format("{}: {}", name, cells.front()));
    std::erase_if(shown.columns, [&](const Column& column) { return column.name == name; });
  }
  const auto& all_sizes = column_of<std::int64_t>(table, "sample_size");
  for (const std::int64_t size : std::set<std::int64_t>(all_sizes.begin(), all_sizes.end()))
    add(shown, fmt::format("N {}", size), [&](const PowerRow& row) {
      const auto place = row.of_size.find(size);
      return place == row.of_size.end()
                 ? std::string("-")
                 : percent(numbers(table, "power")[place->second], numbers(table, "power_mcse")[place->second]);
    });
  const auto& replicates = column_of<std::int64_t>(table, "replicates");
  const auto [fewest, most] = std::minmax_element(replicates.begin(), replicates.end());
  if (!above.empty()) out << fmt::format("{}\n", fmt::join(above, "; "));
  print_assumptions(file, table, is_swept, out);
  print_wish(file, out);
  out << fmt::format(
      "\npower in % ± simulation error (a Monte Carlo standard error), by the number of patients N; {} simulated "
      "trials each\n\n",
      *fewest == *most ? fmt::format("{}", *most) : fmt::format("{} to {}", *fewest, *most));
  print_by_stance(file, std::move(shown), out);
}

/// How the design behaves beside its power, at every size.
void print_characteristics(const ResultFile& file, const Table& table, std::ostream& out) {
  constexpr std::size_t most_rows = 60;
  if (table.rows() > most_rows) {
    out << fmt::format(
        "\nbias, coverage and all else of the {} rows: `vcohort show {} trial/operating_characteristics`\n",
        table.rows(), file.path().string());
    return;
  }
  Table shown{"", "", {}};
  const bool is_swept = !SweptValues(file).empty();
  for (const char* name : {"scenario", "analysis", "arm"}) {
    const auto& cells = texts(table, name);
    const bool differs =
        std::any_of(cells.begin(), cells.end(), [&](const auto& cell) { return cell != cells.front(); });
    if (differs || (is_swept && std::string_view(name) == "scenario")) shown.add<std::string>(name, "", "") = cells;
  }
  shown.add<std::int64_t>("N", "", "") = column_of<std::int64_t>(table, "sample_size");
  const auto pair = [&](const char* heading, const std::string& name, bool share) {
    const auto values = numbers(table, name), errors = numbers(table, name + "_mcse");
    auto& cells = shown.add<std::string>(heading, "", "");
    for (std::size_t row = 0; row < table.rows(); ++row)
      cells.push_back(share ? percent(values[row], errors[row]) : with_error(values[row], errors[row]));
  };
  pair("in the good direction %", "assurance", true);
  pair("bias", "bias", false);
  pair("coverage %", "coverage", true);
  if (file.find("/trial/looks")) pair("expected size", "expected_sample_size", false);
  if (table.find("events")) pair("events", "events", false);
  pair("months", "duration_months", false);
  shown.add<std::int64_t>("failed fits", "", "") = column_of<std::int64_t>(table, "failures");
  out << '\n';
  print_by_stance(file, std::move(shown), out);
}

}  // namespace

void print_trial(const ResultFile& file, std::ostream& out) {
  const Table table = file.read_table("/trial/operating_characteristics");
  if (table.rows() == 0) return;
  print_power(file, table, power_rows(table), out);
  print_characteristics(file, table, out);
  out << "\npower: rejections of the null hypothesis, the type I error where it is true; a failed fit rejects nothing "
         "and is counted\n"
         "bias and coverage refer to the true value of the estimand; N: all randomised patients, or clusters\n";
  if (file.find("/trial/looks")) print_looks(file, out);
  if (file.find("/trial/closed_forms") && SweptValues(file).empty())
    print_closed_forms(file.read_table("/trial/closed_forms"), out);
}

}  // namespace vcohort
