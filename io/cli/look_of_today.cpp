#include "io/cli/look_of_today.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/analysis/boundaries/design_of.hpp"
#include "engine/numeric/errors.hpp"
#include "io/cli/table_format.hpp"
#include "io/results/json.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

std::optional<double> share_of_information(const Study& study, const DataAnalysis& found) {
  const Looks& looks = study.trial->looks.value();
  const auto share = [](std::optional<double> seen, double planned) {
    return seen && planned > 0 ? std::optional(*seen / planned) : std::nullopt;
  };
  switch (looks.timing) {
    case Looks::Timing::information:
      return share(found.information, looks.maximum);
    case Looks::Timing::events:
      return share(found.events, looks.maximum);
    default:
      if (study.trial->sample_size.empty()) return std::nullopt;
      return share(static_cast<double>(found.analysed), static_cast<double>(study.trial->sample_size.back()));
  }
}

LookOfToday look_of_today(const Study& study, const DataAnalysis& found, double information, bool last) {
  if (found.arms_compared > 2)
    throw InvalidInput(explain("a trial with looks has two arms", "each contrast would stop at looks of its own",
                               "leave rows out with data.where, or remove [trial.looks]"));
  if (study.trial->analyses.front().method == "bayes")
    throw InvalidInput(explain("a Bayesian rule has no bounds of looks", "its posterior probability decides",
                               "use another analysis, or remove [trial.looks]"));
  if (!(information <= furthest_observed))
    throw InvalidInput(explain(fmt::format("the data hold {:g} times the planned information", information),
                               fmt::format("at most {:g} times is a trial that went on too long", furthest_observed),
                               "look at trial.looks.maximum and its unit"));
  if (!found.z)
    throw NumericalFailure(explain("the look of today decides nothing", "the primary analysis gives no z",
                                   "see why it has no estimate, or declare another analysis"));
  LookOfToday look{*found.z, information, {}, {}};
  look.shown.design = boundaries::design_of(*study.trial);
  std::vector<Looks::Observed>& observed = look.shown.design.looks.observed;
  const double before = observed.empty() ? 0 : observed.back().information;
  if (information < before + boundaries::smallest_gain)
    throw InvalidInput(explain(
        fmt::format("the look of today has information {:.4g}", information),
        fmt::format("the one before had {:.4g}, and a look has at least {} more", before, boundaries::smallest_gain),
        "look at trial.looks.observed, or say what the data hold with --information"));
  if (!observed.empty() && (observed.back().final || before >= 1))
    throw InvalidInput(
        explain("no look can follow", "the last one that was observed was final", "look at trial.looks.observed"));
  observed.push_back({information, *found.z, last});
  look.shown.planned = boundaries::calibrate(look.shown.design);
  look.shown.drift = look.shown.planned.drift;
  look.today = today_of(look.shown);
  if (look.today.running.stop && *look.today.running.stop + 1 < observed.size())
    look.stopped_before = *look.today.running.stop + 1;
  return look;
}

std::string decision_of(const LookOfToday& look) {
  const std::size_t number = look.shown.design.looks.observed.size();
  if (look.stopped_before) return fmt::format("look {}: the trial had ended at look {}", number, *look.stopped_before);
  return fmt::format("look {}: {}", number, word_of(look.today.running.decisions[number - 1]));
}

std::string text_of(const LookOfToday& look) {
  std::ostringstream text;
  const std::size_t number = look.shown.design.looks.observed.size();
  text << fmt::format("look {} at information {:.4f}: z {:.4f}\n\n", number, look.information, look.z);
  if (look.stopped_before)
    text << fmt::format("the trial had ended at look {}: today's look decides nothing\n\n", *look.stopped_before);
  print(running_looks(look.shown, look.today), TableFormat::table, text);
  text << '\n' << today_text(look.shown, look.today);
  return text.str();
}

nlohmann::ordered_json json_of(const LookOfToday& look) {
  nlohmann::ordered_json json;
  json["look"] = look.shown.design.looks.observed.size();
  json["information"] = look.information;
  json["z"] = look.z;
  json["conclusion"] = decision_of(look);
  const nlohmann::ordered_json running = json_of(look.shown, &look.today)["running"];
  for (const auto& [key, value] : running.items()) json[key] = value;
  return json;
}

}  // namespace vcohort
