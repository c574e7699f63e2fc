#include "io/replication/figures_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "engine/numeric/errors.hpp"
#include "io/replication/figure_keys.hpp"
#include "io/study/number_text.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/table_reader.hpp"

namespace vcohort {

namespace {

using Quantity = FigureQuantity;
using Statistic = FigureStatistic;

/// What a figure takes from the top of its file where it says nothing itself.
struct Defaults {
  std::vector<std::string> arms;
  std::string source, strength;
  std::vector<std::pair<std::string, std::string>> reasons;  // name, text
};

/// A file of another kind or version is not worth any other complaint.
void check_format(const TomlValue& document, Problems& problems) {
  const TomlEntry* format = document.find("format");
  if (!format) {
    problems.add({}, "this is not a figures file", "\"format\" is missing",
                 "begin it with format = \"vcohort-figures 1\"");
  } else if (!format->value.is_text() || format->value.text != figures_formats.front()) {
    const std::string found =
        format->value.is_text() ? quoted(format->value.text) : std::string(kind_text(format->value.kind));
    problems.add(format->value.place, "this is not a figures file of this version", "its format is " + found,
                 "write format = \"vcohort-figures 1\"");
  }
  problems.throw_if_any();
}

class FigureReader {
 public:
  FigureReader(const TomlValue& table, const Defaults& defaults, const Study* study, Problems& problems)
      : reader_(table, figure_section, problems), defaults_(defaults), study_(study) {}

  PublishedFigure read() {
    figure_.name = reader_.text("name").value_or("");
    figure_.printed = reader_.text("printed").value_or("");
    figure_.source = reader_.text("source").value_or(defaults_.source);
    figure_.strength = defaults_.strength;
    if (reader_.has("strength"))
      figure_.strength = figure_strengths.at(static_cast<std::size_t>(reader_.choice("strength").value_or(0)));
    for (const auto& [key, text] : {std::pair("source", &figure_.source), std::pair("strength", &figure_.strength)}) {
      if (text->empty() && !reader_.has(key))
        reader_.refuse(key, fmt::format("\"{}\" is missing", key), "neither the figure nor the top of the file has it",
                       "add it");
    }
    if (reader_.has("not_modelled"))
      read_not_modelled();
    else if (!study_)
      reader_.refuse("not_modelled", "\"not_modelled\" is missing", "there is no study beside this file",
                     "say why, or add the study");
    else
      read_modelled();
    return figure_;
  }

 private:
  void read_not_modelled() {
    figure_.not_modelled = reader_.text("not_modelled").value_or("");
    for (const KeySpec& key : figure_section.keys) {
      constexpr std::array<std::string_view, 6> useful = {"name",   "not_modelled", "printed",
                                                          "source", "strength",     "note"};
      if (std::find(useful.begin(), useful.end(), key.name) == useful.end())
        refuse_without_effect(key.name, "the figure is not modelled");
    }
    if (!reader_.has("printed"))
      reader_.refuse("printed", "\"printed\" is missing", "the figure is not modelled", "say what was published");
  }

  void read_modelled() {
    figure_.quantity = static_cast<Quantity>(reader_.choice("quantity").value_or(0));
    figure_.statistic = static_cast<Statistic>(reader_.choice("statistic").value_or(0));
    read_arms();
    if (figure_.quantity == Quantity::related_events) {
      read_event();
    } else {
      refuse_without_effect("event", fmt::format("the quantity is {}", name_of(figure_.quantity)));
      read_visit();
      read_endpoint();
    }
    read_statistic();
    read_value();
    read_spread();
    read_misfit();
    if (const TomlEntry* entry = reader_.entry("calibrated");
        entry && entry->value.is_text() && !entry->value.text.empty())
      figure_.calibrated = full_reason(entry->value);
    else if (entry)
      reader_.problems().add(entry->value.place, "what was calibrated is named", "", "write it as a text");
  }

  void read_arms() {
    const bool named = reader_.has("arm");
    figure_.arms = named ? reader_.texts("arm").value_or(std::vector<std::string>()) : defaults_.arms;
    if (!named && figure_.arms.empty())
      reader_.refuse("arm", "\"arm\" is missing", "neither the figure nor the top of the file has it", "name an arm");
    figure_.versus = reader_.texts("versus").value_or(std::vector<std::string>());
    std::vector<std::string_view> known;
    for (const Arm& arm : study_->trial->arms) known.push_back(arm.name);
    for (const auto& [key, names] : {std::pair("arm", &figure_.arms), std::pair("versus", &figure_.versus)})
      for (const std::string& name : *names)
        if (std::find(known.begin(), known.end(), name) == known.end())
          reader_.refuse(key, "there is no arm " + quoted(name), "in the study's [trial]", did_you_mean(name, known));
    for (const std::string& name : figure_.versus)
      if (std::find(figure_.arms.begin(), figure_.arms.end(), name) != figure_.arms.end())
        reader_.refuse("versus", "an arm is compared with itself", quoted(name), "name another");
  }

  void read_event() {
    for (const char* key : {"visit_months", "from_months", "endpoint"})
      refuse_without_effect(key, "events are counted until the end of follow-up");
    if (reader_.has("event"))
      if (const auto event = reader_.choice("event")) figure_.event = static_cast<EventType>(*event);
    if (figure_.statistic != Statistic::mean && figure_.statistic != Statistic::share)
      reader_.refuse("statistic", "events have a mean and a share only",
                     fmt::format("it is {}", name_of(figure_.statistic)), "write mean or share");
  }

  void read_visit() {
    figure_.visit_months = reader_.number("visit_months").value_or(0);
    figure_.from_months = reader_.number("from_months").value_or(0);
    for (const char* key : {"visit_months", "from_months"}) {
      const double months = key == std::string_view("visit_months") ? figure_.visit_months : figure_.from_months;
      constexpr double same = 1e-9;  // months: two texts of one number
      const auto& visits = study_->outcomes.visits_months;
      const auto is_it = [&](double visit) { return std::fabs(visit - months) < same; };
      if (months > 0 && std::none_of(visits.begin(), visits.end(), is_it))
        reader_.refuse(key, fmt::format("there is no visit at {} months", number_text(months)),
                       "in the study's outcomes.visits_months", "add it there or choose another");
    }
    const bool changes = figure_.quantity != Quantity::value;
    if (figure_.quantity == Quantity::value || figure_.quantity == Quantity::change_above_expectation)
      refuse_without_effect("from_months", fmt::format("the quantity is {}", name_of(figure_.quantity)));
    if (changes && figure_.visit_months <= figure_.from_months)
      reader_.refuse(
          "visit_months", "a change ends before it begins",
          fmt::format("from {} to {} months", number_text(figure_.from_months), number_text(figure_.visit_months)),
          "give a later visit");
  }

  void read_endpoint() {
    if (figure_.statistic == Statistic::severe_share) {
      refuse_without_effect("endpoint", "CGI-S is no endpoint: its share is a parameter");
      return;
    }
    if (!reader_.has("endpoint")) {
      reader_.refuse("endpoint", "\"endpoint\" is missing", "the figure is modelled", "name one, or say not_modelled");
      return;
    }
    figure_.endpoint = reader_.text("endpoint").value_or("");
    const auto& known = study_->outcomes.endpoints;
    if (!figure_.endpoint.empty() && std::find(known.begin(), known.end(), figure_.endpoint) == known.end())
      reader_.refuse("endpoint", "there is no endpoint " + quoted(figure_.endpoint),
                     "in the study's outcomes.endpoints", did_you_mean(figure_.endpoint, known));
    if (figure_.quantity == Quantity::change_above_expectation && figure_.endpoint != "gmfm66")
      reader_.refuse("quantity", "only gmfm66 has an expectation", "the curves are in its points", "write change");
  }

  void read_statistic() {
    const Statistic statistic = figure_.statistic;
    const std::string named = fmt::format("the statistic is {}", name_of(statistic));
    if (const auto quantile = reader_.number("quantile")) figure_.quantile = *quantile;
    if (statistic != Statistic::quantile)
      refuse_without_effect("quantile", named);
    else if (!reader_.has("quantile"))
      reader_.refuse("quantile", "\"quantile\" is missing", named, "write quantile = 0.25");
    figure_.at_least = reader_.number("level_at_least");
    figure_.at_most = reader_.number("level_at_most");
    if (statistic != Statistic::share) {
      refuse_without_effect("level_at_least", named);
      refuse_without_effect("level_at_most", named);
    } else if (!reader_.has("level_at_least") && !reader_.has("level_at_most")) {
      reader_.refuse("level_at_least", "nobody says who counts for the share", "", "write level_at_least = 1");
    }
    const bool of_two = statistic == Statistic::adjusted_mean || statistic == Statistic::standardised_difference;
    const bool of_one = statistic == Statistic::t || statistic == Statistic::severe_share;
    if (of_two && !figure_.compares()) reader_.refuse("versus", "\"versus\" is missing", named, "name an arm");
    if (of_one) refuse_without_effect("versus", named);
    if (statistic == Statistic::adjusted_mean) check_adjusted(named);
    if (statistic == Statistic::severe_share) refuse_without_effect("visit_months", named);
    if (statistic == Statistic::percent_of_baseline && figure_.quantity == Quantity::value)
      reader_.refuse("quantity", "only a change has a percentage of baseline", named, "write quantity = \"change\"");
  }

  /// The analysis of covariance is that of the trial: one arm against the reference, with everybody who was observed.
  void check_adjusted(const std::string& named) {
    const TrialQuestion& trial = *study_->trial;
    const std::string& reference = trial.arms[static_cast<std::size_t>(trial.reference)].name;
    if (figure_.arms.size() > 1) reader_.refuse("arm", "an adjusted mean is that of one arm", named, "name one");
    if (figure_.versus.size() != 1 || figure_.versus.front() != reference)
      reader_.refuse("versus", "an adjusted mean is taken against the reference", "it is " + quoted(reference),
                     "name it, or set trial.reference");
    if (figure_.visit_months == 0) reader_.refuse("visit_months", "nothing is adjusted at baseline", named, "");
    for (const char* key : {"n", "n_versus"}) refuse_without_effect(key, "everybody who was observed is analysed");
    for (const char* key : {"quantity", "from_months"})
      refuse_without_effect(key, "adjusting for the baseline, value and change are the same");
  }

  void read_value() {
    figure_.n = reader_.integer("n").value_or(0);
    figure_.n_versus = reader_.integer("n_versus").value_or(0);
    if (!figure_.compares()) refuse_without_effect("n_versus", "there is no \"versus\"");
    int ways = 0;
    for (const char* key : {"value", "events", "value_at_least", "value_at_most"}) ways += reader_.has(key);
    if (ways != 1) {
      reader_.refuse(reader_.has("value") ? "value" : "events",
                     ways == 0 ? "the figure has no value" : "the figure has more than one value",
                     "it is one of value, events, value_at_least and value_at_most", "");
      return;
    }
    if (const auto value = reader_.number("value")) figure_.value = *value;
    if (const auto bound = reader_.number("value_at_least")) {
      figure_.value = *bound;
      figure_.bound = PublishedFigure::Bound::lower;
    }
    if (const auto bound = reader_.number("value_at_most")) {
      figure_.value = *bound;
      figure_.bound = PublishedFigure::Bound::upper;
    }
    if (!reader_.has("events")) return;
    figure_.events = reader_.integer("events");
    const bool counts = figure_.statistic == Statistic::share || figure_.statistic == Statistic::severe_share ||
                        figure_.quantity == Quantity::related_events;
    if (!counts || figure_.compares())
      refuse_without_effect("events", "the figure is no count in one arm");
    else if (figure_.n == 0)
      reader_.refuse("events", "\"n\" is missing", "events are counted among so many patients", "add it");
    else if (figure_.events && *figure_.events > figure_.n && figure_.statistic != Statistic::mean)
      reader_.refuse("events", fmt::format("{} of {} patients had the event", *figure_.events, figure_.n), "", "");
    else if (figure_.events)
      figure_.value = static_cast<double>(*figure_.events) / static_cast<double>(figure_.n);
  }

  void read_spread() {
    const TomlEntry* entry = reader_.entry("spread");
    if (!entry) return;
    const TableReader spread(entry->value, spread_section, reader_.problems());
    int ways = 0;
    for (const KeySpec& key : spread_section.keys) ways += spread.has(key.name);
    if (ways != 1)
      return reader_.refuse("spread", "a spread is exactly one of sd, se, ci and iqr", "", "write { sd = 26.16 }");
    using Kind = FigureSpread::Kind;
    for (const auto& [key, kind] : {std::pair("sd", Kind::sd), std::pair("se", Kind::se)})
      if (const auto number = spread.number(key)) figure_.spread = {kind, *number, *number};
    for (const auto& [key, kind] : {std::pair("ci", Kind::ci), std::pair("iqr", Kind::iqr)})
      if (const auto pair = spread.pair(key)) figure_.spread = {kind, pair->first, pair->second};
  }

  void read_misfit() {
    const TomlEntry* entry = reader_.entry("misfit");
    if (!entry) return;
    const auto add = [&](const std::string& stance, const TomlValue& reason) {
      if (!reason.is_text() || reason.text.empty())
        reader_.problems().add(reason.place, "a misfit has a reason", "", "write it as a text");
      else
        figure_.misfit.emplace_back(stance, full_reason(reason));
    };
    if (!entry->value.is_table()) return add("", entry->value);
    for (const TomlEntry& of_stance : entry->value.entries) add(of_stance.key, of_stance.value);
  }

  /// One word names a reason of the file.
  std::string full_reason(const TomlValue& written) const {
    if (written.text.find(' ') != std::string::npos) return written.text;
    std::vector<std::string_view> names;
    for (const auto& [name, text] : defaults_.reasons) {
      if (name == written.text) return text;
      names.push_back(name);
    }
    reader_.problems().add(written.place, "there is no reason " + quoted(written.text), "at the top of the file",
                           did_you_mean(written.text, names));
    return written.text;
  }

  void refuse_without_effect(std::string_view key, const std::string& why) {
    if (reader_.has(key)) reader_.refuse(key, quoted(key) + " has no effect", why, "remove it");
  }

  TableReader reader_;
  const Defaults& defaults_;
  const Study* study_;
  PublishedFigure figure_;
};

}  // namespace

PublishedStudy read_figures(std::string_view bytes, const std::string& file_name, const Study* study) {
  const TomlValue document = parse_toml(bytes, file_name);
  Problems problems(file_name);
  check_format(document, problems);
  if (study && (!study->trial || study->trial->arms.empty() || study->data_model))
    throw InvalidInput(explain(fmt::format("{}: the study beside it has no [trial] in the disease model", file_name),
                               "figures are those of its arms", "add arms"));
  const TableReader reader(document, figures_section, problems);
  PublishedStudy published;
  published.title = reader.text("title").value_or("");
  published.citation = reader.text("citation").value_or("");
  published.assumed = reader.texts("assumed").value_or(std::vector<std::string>());
  Defaults defaults;
  defaults.arms = reader.texts("arm").value_or(std::vector<std::string>());
  defaults.source = reader.text("source").value_or("");
  if (reader.has("strength"))
    defaults.strength = figure_strengths.at(static_cast<std::size_t>(reader.choice("strength").value_or(0)));
  if (const TomlEntry* reasons = reader.entry("reason")) {
    if (!reasons->value.is_table()) reader.refuse("reason", "\"reason\" must be a table of texts", "", "");
    for (const TomlEntry& reason : reasons->value.entries) {
      if (reason.value.is_text() && reason.value.text.find(' ') != std::string::npos)
        defaults.reasons.emplace_back(reason.key, reason.value.text);
      else
        problems.add(reason.value.place, "a reason is a text of several words", "", "");
    }
  }
  if (const TomlEntry* list = reader.entry("figure")) {
    if (!list->value.is_array() || list->value.items.empty())
      reader.refuse("figure", "\"figure\" must be a list of figures", "", "write figure = [{ name = \"...\" }]");
    for (const TomlValue& item : list->value.items) {
      PublishedFigure figure = FigureReader(item, defaults, study, problems).read();
      const auto same = [&](const PublishedFigure& other) { return other.name == figure.name; };
      if (!figure.name.empty() && std::any_of(published.figures.begin(), published.figures.end(), same))
        problems.add(item.place, "two figures are called " + quoted(figure.name), "the table could not tell them apart",
                     "rename one");
      published.figures.push_back(std::move(figure));
    }
  }
  problems.throw_if_any();
  return published;
}

}  // namespace vcohort
