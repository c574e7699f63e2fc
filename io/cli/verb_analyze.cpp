#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/analysis/long_data/data_analysis.hpp"
#include "engine/numeric/errors.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/look_forecast.hpp"
#include "io/cli/look_of_today.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/console/log.hpp"
#include "io/data/long_data_reader.hpp"
#include "io/results/column_of.hpp"
#include "io/results/json.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

struct AnalyzeArguments {
  std::string data;
  std::string study;
  std::vector<std::string> settings;
  std::optional<double> information;
  bool last_look = false;
  TableFormat format = TableFormat::table;
};

/// "visits" and "covariance": a matrix over them, or one for each arm.
void add_covariance(const Table& table, nlohmann::ordered_json& json) {
  const auto& groups = column_of<std::string>(table, "group");
  const auto& visits = column_of<std::string>(table, "visit");
  const auto& values = column_of<double>(table, "covariance");
  nlohmann::ordered_json names = nlohmann::ordered_json::array();
  nlohmann::ordered_json matrices;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const bool new_line = row == 0 || visits[row] != visits[row - 1] || groups[row] != groups[row - 1];
    if (new_line && groups[row] == groups.front()) names.push_back(visits[row]);
    if (new_line) matrices[groups[row]].push_back(nlohmann::ordered_json::array());
    matrices[groups[row]].back().push_back(values[row]);
  }
  json["visits"] = names;
  json["covariance"] = matrices.size() == 1 ? matrices.front() : matrices;
}

nlohmann::ordered_json json_of(const DataAnalysis& found) {
  nlohmann::ordered_json json;
  json["name"] = found.name;
  if (!found.failure.empty()) json["failure"] = found.failure;
  json["method"] = found.method;
  json["measure"] = found.measure;
  json["hypothesis"] = found.hypothesis;
  json["level"] = found.level;
  json["patients"] = found.patients;
  json["analysed"] = found.analysed;
  json["contrasts"] = json_rows(found.contrasts);
  json["arms"] = json_rows(found.arms);
  if (found.minus_two_log_likelihood) json["minus_two_log_likelihood"] = *found.minus_two_log_likelihood;
  if (found.covariance) add_covariance(*found.covariance, json);
  json["notes"] = found.notes;
  return json;
}

/// The primary analysis, with the others inside.
void print_json(const std::vector<DataAnalysis>& analyses, const std::optional<LookOfToday>& look,
                const std::optional<LookForecast>& forecast) {
  nlohmann::ordered_json json = json_of(analyses.front());
  if (look) json["look"] = json_of(*look);
  if (forecast) json["forecast"] = json_of(*forecast);
  json["secondary"] = nlohmann::ordered_json::array();
  for (std::size_t k = 1; k < analyses.size(); ++k) json["secondary"].push_back(json_of(analyses[k]));
  std::cout << json_text(json, 2) << '\n';
}

/// One table of contrasts, with the analysis in its last column.
void print_csv(const std::vector<DataAnalysis>& analyses) {
  bool first = true;
  for (const DataAnalysis& analysis : analyses) {
    Table table = analysis.contrasts;
    std::erase_if(table.columns, [](const auto& column) { return column.name.starts_with("ratio"); });
    table.add<std::string>("analysis", "", "name of the analysis").assign(table.rows(), analysis.name);
    std::ostringstream text;
    print(table, TableFormat::csv, text);
    const std::string csv = text.str();
    std::cout << (first ? csv : csv.substr(csv.find('\n') + 1));
    first = false;
  }
}

void print_text(const DataAnalysis& found) {
  std::cout << fmt::format("{}: {}: {}; {} of {} patients analysed\n{}; intervals of {:g} %\n\n", found.name,
                           found.method, found.measure, found.analysed, found.patients, found.hypothesis,
                           100 * found.level);
  if (!found.failure.empty()) std::cout << found.failure << "\n\n";
  print(found.contrasts, TableFormat::table, std::cout);
  if (!found.arms.columns.empty()) {
    std::cout << '\n';
    print(found.arms, TableFormat::table, std::cout);
  }
  if (found.covariance) {
    std::cout << fmt::format("\n-2 restricted log likelihood {:.6f}\n\n", *found.minus_two_log_likelihood);
    print(*found.covariance, TableFormat::table, std::cout);
  }
  for (const std::string& note : found.notes) std::cout << "\nnote: " << note;
  if (!found.notes.empty()) std::cout << '\n';
}

/// The primary analysis as a look, where the study has looks and what is known is a share of what is planned.
std::optional<LookOfToday> look_at(const Study& study, const DataAnalysis& primary, const AnalyzeArguments& arguments) {
  if (!study.trial->looks || !primary.failure.empty()) return std::nullopt;
  const Looks::Timing timing = study.trial->looks->timing;
  const bool counted = timing != Looks::Timing::information && timing != Looks::Timing::events;
  const std::optional<double> information =
      arguments.information ? arguments.information : share_of_information(study, primary);
  if (information && counted && !arguments.information && primary.analysed < primary.patients)
    log_notice(
        fmt::format("the information of today's look is that of {} analysed patients (others are lost, or still to "
                    "come) where those who are lost should count, as in a simulation, give --information",
                    primary.analysed));
  if (information) return look_of_today(study, primary, *information, arguments.last_look);
  log_notice(
      "the tests here have the whole level (the study has looks, and does not say how much is planned) give "
      "--information 0.67, or timing with maximum, and the look is decided");
  return std::nullopt;
}

/// At a look its bounds decide, and not the whole level.
void conclude_by(const LookOfToday& look, DataAnalysis& primary) {
  const auto is_primary = column_of<Truth>(primary.contrasts, "primary");
  for (auto& column : primary.contrasts.columns) {
    if (column.name != "conclusion") continue;
    auto& conclusions = std::get<std::vector<std::string>>(column.values);
    for (std::size_t row = 0; row < conclusions.size(); ++row)
      if (is_primary[row].value != 0) conclusions[row] = decision_of(look);
  }
}

void analyze_file(const AnalyzeArguments& arguments) {
  const StudyText given = read_study_text(arguments.study);
  const StudyReading reading = read_study(given.text, given.file_name, arguments.settings);
  const Study& study = reading.study;
  if (!study.data || !study.trial)
    throw InvalidInput(explain(fmt::format("{} says not how to analyse a data file", arguments.study),
                               "it needs [data] and [trial] with primary", "see `vcohort schema`"));
  if (!study.trial->looks && (arguments.information || arguments.last_look))
    throw CommandLineError("--information and --last-look belong to a study with [trial.looks]");
  const CsvFile file = read_csv(read_bytes(arguments.data), arguments.data);
  std::vector<DataAnalysis> analyses;
  for (const AnalysisPlan& plan : study.trial->analyses)
    analyses.push_back(analyze(read_long_data(file, study, plan), plan, study.trial->alpha, study.trial->sides));
  const std::optional<LookOfToday> look = look_at(study, analyses.front(), arguments);
  if (look) conclude_by(*look, analyses.front());
  const bool stopped = look && look->today.running.stop;
  const std::optional<LookForecast> forecast =
      study.trial->looks && !stopped ? forecast_looks(study, &analyses.front()) : std::nullopt;
  switch (arguments.format) {
    case TableFormat::table:
      for (const DataAnalysis& analysis : analyses) {
        if (&analysis != analyses.data()) std::cout << '\n';
        print_text(analysis);
      }
      if (look)
        std::cout << "\nthe look of today: p above has the whole level, these bounds decide\n" << text_of(*look);
      if (forecast) std::cout << '\n' << text_of(*forecast);
      break;
    case TableFormat::csv:
      print_csv(analyses);
      break;
    case TableFormat::json:
      print_json(analyses, look, forecast);
      break;
  }
  if (!analyses.front().failure.empty()) throw NumericalFailure(analyses.front().failure);
}

}  // namespace

void add_analyze(Verb& program) {
  auto arguments = std::make_shared<AnalyzeArguments>();
  Verb verb = program.verb("analyze", "do a study's analyses on a data file");
  verb.footer(
      "The data are a long table: one row per patient and visit. The study names its columns in [data] and the "
      "analysis in\n"
      "[trial] primary; with only these two sections it needs no patients, arms or sample size. Where the study has\n"
      "[trial.looks] the primary analysis is the look that follows those in trial.looks.observed.\n\n"
      "  vcohort analyze fev.csv fev.toml\n  vcohort analyze fev.csv fev.toml --set "
      "'trial.primary.df=\"kenward-roger\"' --format json");
  verb.option("data", arguments->data, "data file (CSV with a header)").required();
  verb.option("study", arguments->study, "study file (TOML)").required();
  verb.option("--information", arguments->information,
              "[trial.looks]: share of the planned information that the data hold, where the study cannot tell")
      .within(0.0, furthest_observed)
      .type("SHARE");
  verb.flag("--last-look", arguments->last_look, "[trial.looks]: no other look will follow: spend what is left");
  verb.settings(arguments->settings);
  add_format(verb, arguments->format);
  verb.action([arguments] {
    const ReadableOutput readable(arguments->format);
    analyze_file(*arguments);
    return ExitStatus::done;
  });
}

}  // namespace vcohort
