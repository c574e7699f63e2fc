#include "io/cli/boundary_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "engine/numeric/columns.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/study/trial_names.hpp"
#include "io/results/json.hpp"

namespace vcohort {

namespace {

using boundaries::Bounds;
using boundaries::Decision;
using boundaries::Exit;

double sides_of(const ShownDesign& shown) {
  return shown.design.two_sided ? 2 : 1;
}

double bound_or_nothing(double z) {
  return std::isinf(z) ? std::nan("") : z;
}

std::vector<std::size_t> rows_of(const Bounds& bounds) {
  std::vector<std::size_t> rows(bounds.looks());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  return rows;
}

/// The columns that a plan and a running trial have in common.
template <class Column>
void add_bounds(const Column& column, const Bounds& bounds, double sides) {
  column("alpha_spent", "probability", "alpha spent by this look, cumulative, of all sides of the test",
         [&bounds, sides](std::size_t k) { return sides * bounds.alpha_spent[k]; });
  column("efficacy_z", "1", "at or above it the look shows a benefit, at or below its mirror with two sides a harm",
         [&bounds](std::size_t k) { return bound_or_nothing(bounds.efficacy[k]); });
  column("efficacy_p", "probability", "the p-value at this bound, of as many sides as the test has",
         [&bounds, sides](std::size_t k) {
           const double z = bounds.efficacy[k];
           return std::isinf(z) ? std::nan("") : sides * normal_cdf(-z);
         });
  column("futility_z", "1", "below it the look is futile; at the last look the bound for efficacy",
         [&bounds](std::size_t k) { return bound_or_nothing(bounds.futility[k]); });
}

std::string interval_text(double estimate, double lower, double upper, double scale) {
  return fmt::format("{:.4f} ({:.4f} to {:.4f})", scale * estimate, scale * lower, scale * upper);
}

nlohmann::ordered_json json_of(const boundaries::Inference& found) {
  nlohmann::ordered_json json;
  json["p_one_sided"] = found.p;
  json["drift"] = {{"estimate", found.estimate}, {"lower", found.lower}, {"upper", found.upper}};
  if (std::isfinite(found.repeated_lower))
    json["repeated_interval"] = {{"lower", found.repeated_lower}, {"upper", found.repeated_upper}};
  return json;
}

}  // namespace

std::string word_of(Decision decision) {
  switch (decision) {
    case Decision::go_on:
      return "go on";
    case Decision::efficacy:
      return "efficacy";
    case Decision::futility:
      return "futility";
    case Decision::reversed:
      return "harm";
  }
  throw InternalError("a decision is unknown");
}

std::optional<double> drift_per_effect(const Looks& looks) {
  return looks.timing == Looks::Timing::information ? std::optional(std::sqrt(looks.maximum)) : std::nullopt;
}

Table planned_looks(const ShownDesign& shown) {
  const Bounds& bounds = shown.planned.bounds;
  const std::vector<Exit> stops = exits(bounds, shown.drift);
  std::vector<double> power;
  power.reserve(stops.size());
  for (const Exit& stop : stops) power.push_back(stop.efficacy + (power.empty() ? 0 : power.back()));
  const std::vector<std::size_t> rows = rows_of(bounds);
  Table table{"boundaries", "The looks of the design as planned; probabilities are those under the drift.", {}};
  const Columns column(table, rows);
  column("look", "", "number", [](std::size_t k) { return static_cast<std::int64_t>(k) + 1; });
  column("information", "1", "fraction of that at the last look", [&](std::size_t k) { return bounds.information[k]; });
  add_bounds(column, bounds, sides_of(shown));
  column("power_spent", "probability", "to have shown a benefit by this look, cumulative",
         [&](std::size_t k) { return power[k]; });
  column("exit_efficacy", "probability", "to stop here with a benefit",
         [&](std::size_t k) { return stops[k].efficacy; });
  column("exit_futility", "probability", "to stop here for futility; at the last look, to end without significance",
         [&](std::size_t k) { return stops[k].futility; });
  column("exit_harm", "probability", "to stop here with a significant harm; 0 with one side",
         [&](std::size_t k) { return stops[k].reversed; });
  return table;
}

Today today_of(const ShownDesign& shown) {
  const Looks& looks = shown.design.looks;
  Today today;
  today.running = boundaries::running(shown.design, shown.planned);
  const Bounds& bounds = today.running.bounds;
  if (today.running.stop) {
    const std::size_t look = *today.running.stop;
    today.inference = boundaries::after_stop(bounds, look, looks.observed[look].z, shown.design.level);
  }
  const std::size_t last = today.running.seen - 1;
  const bool may_go_on =
      !today.running.stop || (today.running.decisions[*today.running.stop] == Decision::futility && !bounds.binding);
  if (last + 1 == bounds.looks() || !may_go_on) return today;
  const double z = looks.observed[last].z;
  const auto power = [&](double drift) { return boundaries::conditional_power(bounds, last, z, drift); };
  const Looks::Futility prior = looks.futility.value_or(Looks::Futility{});
  today.outlook = {.trend = power(z / std::sqrt(bounds.information[last])),
                   .null = power(0),
                   .design = power(shown.planned.drift),
                   .predictive = boundaries::predictive_power(bounds, last, z, prior.prior_mean, prior.prior_sd)};
  return today;
}

Table running_looks(const ShownDesign& shown, const Today& today) {
  const Bounds& bounds = today.running.bounds;
  const std::vector<Looks::Observed>& observed = shown.design.looks.observed;
  const std::vector<std::size_t> rows = rows_of(bounds);
  Table table{"boundaries/running", "The looks that were taken, at their information, and those that are to come.", {}};
  const Columns column(table, rows);
  column("look", "", "number", [](std::size_t k) { return static_cast<std::int64_t>(k) + 1; });
  column("information", "1", "fraction of the planned maximum", [&](std::size_t k) { return bounds.information[k]; });
  add_bounds(column, bounds, sides_of(shown));
  column("z", "1", "that was observed",
         [&](std::size_t k) { return k < observed.size() ? observed[k].z : std::nan(""); });
  column("decision", "", "efficacy, harm, futility, go on; or to come", [&](std::size_t k) {
    return k < observed.size() ? word_of(today.running.decisions[k]) : std::string("to come");
  });
  return table;
}

std::string summary_text(const ShownDesign& shown) {
  const boundaries::Calibrated& planned = shown.planned;
  const double power = power_of(exits(planned.bounds, shown.drift));
  std::string text = fmt::format("drift (expected z at the last look)   {:.4f}, for a power of {:g}\n", planned.drift,
                                 shown.design.looks.power);
  if (shown.drift != planned.drift)
    text += fmt::format("drift that is shown                   {:.4f}, a power of {:.4f}\n", shown.drift, power);
  text +=
      fmt::format("inflation factor                      {:.4f} of the information without looks\n", planned.inflation);
  text += fmt::format(
      "expected information                  {:.4f} of it under no drift, {:.4f} half of it, {:.4f} all of it\n",
      planned.information[0], planned.information[1], planned.information[2]);
  text += fmt::format("level, stops for futility ignored     {:.6f}\n", planned.level);
  if (shown.design.looks.futility)
    text += fmt::format("level, stops for futility obeyed      {:.6f}\n", planned.level_obeyed);
  return text;
}

std::string today_text(const ShownDesign& shown, const Today& today) {
  std::string text;
  if (today.inference) {
    const boundaries::Inference& found = *today.inference;
    const std::size_t look = *today.running.stop;
    const double level = 100 * (1 - 2 * shown.design.level);
    const double p = shown.design.two_sided ? 2 * std::min(found.p, 1 - found.p) : found.p;
    text += fmt::format("look {}: {}\n", look + 1, word_of(today.running.decisions[look]));
    text += fmt::format("  p, stage-wise                         {:.6f}, {}\n", p,
                        shown.design.two_sided ? "two-sided" : "one-sided");
    text += fmt::format("  drift, median unbiased                {}, {:g} % limits\n",
                        interval_text(found.estimate, found.lower, found.upper, 1), level);
    if (const auto drift_of_one = drift_per_effect(shown.design.looks))
      text += fmt::format("  effect, on the scale of the estimate  {}\n",
                          interval_text(found.estimate, found.lower, found.upper, 1 / *drift_of_one));
    if (std::isfinite(found.repeated_lower))
      text += fmt::format("  repeated interval of the drift        {:.4f} to {:.4f}\n", found.repeated_lower,
                          found.repeated_upper);
  } else {
    text += "decision: go on\n";
  }
  if (!today.outlook) return text;
  const double sd = shown.design.looks.futility ? shown.design.looks.futility->prior_sd : 0;
  text += fmt::format(
      "power of the looks to come, {}\n  under the trend {:.4f}, no drift {:.4f}, the drift of the design {:.4f}; "
      "predictive, {} {:.4f}\n",
      shown.planned.bounds.binding ? "stops for futility obeyed" : "stops for futility ignored", today.outlook->trend,
      today.outlook->null, today.outlook->design, sd > 0 ? "with the prior" : "flat prior", today.outlook->predictive);
  return text;
}

nlohmann::ordered_json json_of(const ShownDesign& shown, const Today* today) {
  const boundaries::Calibrated& planned = shown.planned;
  nlohmann::ordered_json json;
  json["alpha"] = sides_of(shown) * shown.design.level;
  json["sides"] = shown.design.two_sided ? 2 : 1;
  json["timing"] = name_of(shown.design.looks.timing);
  json["power"] = shown.design.looks.power;
  json["drift"] = planned.drift;
  json["drift_without_looks"] = planned.fixed_drift;
  json["inflation_factor"] = planned.inflation;
  json["expected_information"] = {
      {"null", planned.information[0]}, {"half", planned.information[1]}, {"design", planned.information[2]}};
  json["level"] = {{"futility_ignored", planned.level}, {"futility_obeyed", planned.level_obeyed}};
  json["drift_shown"] = shown.drift;
  json["power_shown"] = power_of(exits(planned.bounds, shown.drift));
  json["looks"] = json_rows(planned_looks(shown));
  if (!today) return json;
  nlohmann::ordered_json& running = json["running"];
  running["looks"] = json_rows(running_looks(shown, *today));
  running["stopped_at"] = today->running.stop ? nlohmann::ordered_json(*today->running.stop + 1) : nullptr;
  if (today->inference) running["after_the_stop"] = json_of(*today->inference);
  if (today->outlook)
    running["conditional_power"] = {{"trend", today->outlook->trend},
                                    {"null", today->outlook->null},
                                    {"design", today->outlook->design},
                                    {"predictive", today->outlook->predictive}};
  return json;
}

}  // namespace vcohort
