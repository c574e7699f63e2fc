#include "io/cli/look_forecast.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/numeric/columns.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/trial/look_plan.hpp"
#include "io/cli/table_format.hpp"
#include "io/results/json.hpp"

namespace vcohort {

namespace {

/// What the study says, or else what the data hold.
template <class Stated>
double known(const std::optional<Stated>& stated, std::optional<double> counted, std::string_view key) {
  if (stated) return static_cast<double>(*stated);
  if (counted) return *counted;
  throw InvalidInput(explain(fmt::format("no look can be forecast without \"{}\"", key),
                             "trial.looks.today leaves it out, and no data file is analysed in which it is counted",
                             fmt::format("write it, or use `vcohort analyze`")));
}

RunningTrial running_trial(const Study& study, const DataAnalysis* found, std::int64_t& enrolled) {
  const TrialQuestion& trial = *study.trial;
  const TrialToday& today = *trial.looks->today;
  const std::optional<double> nothing;
  RunningTrial running;
  running.month = today.months;
  running.at_risk = today.at_risk;
  running.events = known(today.events, found ? found->events : nothing, "events");
  running.followed_months = known(today.followed_months, found ? found->follow_up : nothing, "followed_months");
  const auto patients = found ? std::optional(static_cast<double>(found->patients)) : nothing;
  enrolled = static_cast<std::int64_t>(known(today.enrolled, patients, "enrolled"));
  if (running.events <= 0 || running.followed_months <= 0)
    throw InvalidInput(explain("no look can be forecast", "the hazard is not known before the first event", ""));
  if (running.events + static_cast<double>(running.at_risk) > static_cast<double>(enrolled))
    throw InvalidInput(explain(fmt::format("{:g} patients had the event and {} are at risk, of {} enrolled",
                                           running.events, running.at_risk, enrolled),
                               "the others were lost, and cannot be fewer than none", "look at trial.looks.today"));
  if (!trial.sample_size.empty()) running.to_come = std::max<std::int64_t>(0, trial.sample_size.back() - enrolled);
  if (running.to_come > 0 && trial.accrual.pieces.empty())
    throw InvalidInput(explain(fmt::format("{} patients are still to come", running.to_come),
                               "without trial.accrual nobody knows when", "write accrual = { per_month = 5 }"));
  running.accrual = trial.accrual;
  if (trial.dropout) running.lost_per_month = trial.dropout->per_month;
  return running;
}

std::string assumptions_of(const LookForecast& forecast) {
  const RunningTrial& trial = forecast.trial;
  std::string text = fmt::format(
      "assumed: one hazard in all arms, constant in time, of which {:g} events in {:g} patient-months tell (posterior "
      "gamma, prior 1 / hazard); {}; {}; follow-up ends for no other reason; no look stops the trial{}",
      trial.events, trial.followed_months,
      trial.to_come > 0 ? fmt::format("{} patients to come at the rates of trial.accrual", trial.to_come)
                        : "nobody is still to be randomised",
      trial.lost_per_month > 0 ? fmt::format("patients are lost at {:g} a month, as planned", trial.lost_per_month)
                               : "nobody is lost",
      forecast.counted ? "; times of the data are months" : "");
  return text;
}

}  // namespace

std::optional<LookForecast> forecast_looks(const Study& study, const DataAnalysis* found) {
  if (!study.trial->looks->today) return std::nullopt;
  const Looks& looks = *study.trial->looks;
  LookForecast forecast;
  forecast.trial = running_trial(study, found, forecast.enrolled);
  forecast.counted = found && !study.trial->looks->today->followed_months;
  const std::vector<double> planned = counts_of(looks, looks.maximum);
  std::vector<double> needed;
  for (std::size_t k = 0; k < planned.size(); ++k) {
    if (planned[k] <= forecast.trial.events) continue;
    forecast.looks.push_back(static_cast<std::int64_t>(k) + 1);
    needed.push_back(planned[k]);
  }
  forecast.of_looks = forecast_events(forecast.trial, needed, study.seed);
  return forecast;
}

Table forecast_table(const LookForecast& forecast) {
  Table table{"boundaries/forecast", "When the looks to come will be.", {}};
  std::vector<std::size_t> rows(forecast.looks.size());
  for (std::size_t k = 0; k < rows.size(); ++k) rows[k] = k;
  const Columns column(table, rows);
  const auto of = [&](WithError EventForecast::*value) {
    return [&forecast, value](std::size_t k) { return forecast.of_looks[k].*value; };
  };
  const char* months = "months";
  column("look", "", "number in the plan", [&](std::size_t k) { return forecast.looks[k]; });
  column("events", "events", "at which it is", [&](std::size_t k) { return forecast.of_looks[k].events; });
  add_with_error(column, "months", months, "since the first day of accrual, median", of(&EventForecast::median));
  add_with_error(column, "lower", months, "limit of the prediction interval", of(&EventForecast::lower));
  add_with_error(column, "upper", months, "limit of the prediction interval", of(&EventForecast::upper));
  add_with_error(column, "reached", "probability", "that so many events happen", of(&EventForecast::reached));
  return table;
}

std::string text_of(const LookForecast& forecast) {
  const RunningTrial& trial = forecast.trial;
  std::ostringstream text;
  text << fmt::format("forecast from month {:g}: {} enrolled, {:g} events, {} at risk\n\n", trial.month,
                      forecast.enrolled, trial.events, trial.at_risk);
  if (forecast.looks.empty()) return text.str() + "no planned look needs more events\n";
  print(forecast_table(forecast), TableFormat::table, text);
  text << fmt::format("\nmonths since the first day of accrual, {:g} % prediction intervals, by {} draws\n{}\n",
                      100 * forecast_level, forecast_draws, assumptions_of(forecast));
  return text.str();
}

nlohmann::ordered_json json_of(const LookForecast& forecast) {
  nlohmann::ordered_json json;
  json["month"] = forecast.trial.month;
  json["enrolled"] = forecast.enrolled;
  json["events"] = forecast.trial.events;
  json["followed_months"] = forecast.trial.followed_months;
  json["at_risk"] = forecast.trial.at_risk;
  json["to_come"] = forecast.trial.to_come;
  json["level"] = forecast_level;
  json["draws"] = forecast_draws;
  json["looks"] = json_rows(forecast_table(forecast));
  json["assumptions"] = assumptions_of(forecast);
  return json;
}

}  // namespace vcohort
