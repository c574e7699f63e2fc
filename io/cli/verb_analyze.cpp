#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/analysis/long_data/data_analysis.hpp"
#include "engine/numeric/errors.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/console/log.hpp"
#include "io/data/long_data_reader.hpp"
#include "io/results/json.hpp"

namespace vcohort {

namespace {

struct AnalyzeArguments {
  std::string data;
  std::string study;
  std::vector<std::string> settings;
  TableFormat format = TableFormat::table;
};

nlohmann::ordered_json json_of(const Table& table) {
  std::ostringstream text;
  write_json(table, text);
  return nlohmann::ordered_json::parse(text.str());
}

/// "visits" and "covariance": a matrix over them, or one for each arm.
void add_covariance(const Table& table, nlohmann::ordered_json& json) {
  const auto& groups = std::get<std::vector<std::string>>(table.find("group")->values);
  const auto& visits = std::get<std::vector<std::string>>(table.find("visit")->values);
  const auto& values = std::get<std::vector<double>>(table.find("covariance")->values);
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

void print_json(const DataAnalysis& found) {
  nlohmann::ordered_json json;
  json["method"] = found.method;
  json["measure"] = found.measure;
  json["patients"] = found.patients;
  json["analysed"] = found.analysed;
  json["contrasts"] = json_of(found.contrasts)["rows"];
  if (found.minus_two_log_likelihood) json["minus_two_log_likelihood"] = *found.minus_two_log_likelihood;
  if (found.covariance) add_covariance(*found.covariance, json);
  json["notes"] = found.notes;
  std::cout << json.dump(2) << '\n';
}

void print_text(const DataAnalysis& found) {
  std::cout << fmt::format("{}: {}; {} of {} patients analysed\n\n", found.method, found.measure, found.analysed,
                           found.patients);
  print(found.contrasts, TableFormat::table, std::cout);
  if (found.covariance) {
    std::cout << fmt::format("\n-2 restricted log likelihood {:.6f}\n\n", *found.minus_two_log_likelihood);
    print(*found.covariance, TableFormat::table, std::cout);
  }
  for (const std::string& note : found.notes) std::cout << "\nnote: " << note;
  if (!found.notes.empty()) std::cout << '\n';
}

void analyze_file(const AnalyzeArguments& arguments) {
  const StudyText given = read_study_text(arguments.study);
  const StudyReading reading = read_study(given.text, given.file_name, arguments.settings);
  const Study& study = reading.study;
  if (!study.data || !study.trial)
    throw InvalidInput(explain(fmt::format("{} says not how to analyse a data file", arguments.study),
                               "it needs [data] and [trial] with primary", "see `vcohort schema`"));
  const AnalysisPlan& plan = study.trial->analyses.front();
  if (study.trial->analyses.size() > 1)
    log_notice("only the primary analysis is done; the others stand in trial.secondary");
  const LongData data =
      read_long_data(read_csv(read_bytes(arguments.data, largest_data), arguments.data), *study.data, plan);
  const DataAnalysis found = analyze(data, plan, study.trial->alpha, study.trial->sides);
  switch (arguments.format) {
    case TableFormat::table:
      print_text(found);
      break;
    case TableFormat::csv:
      print(found.contrasts, TableFormat::csv, std::cout);
      break;
    case TableFormat::json:
      print_json(found);
      break;
  }
}

}  // namespace

void add_analyze(Verb& program) {
  auto arguments = std::make_shared<AnalyzeArguments>();
  Verb verb = program.verb("analyze", "do a study's primary analysis on a data file");
  verb.footer(
      "The data are a long table: one row per patient and visit. The study names its columns in [data] and the "
      "analysis in\n"
      "[trial] primary; with only these two sections it needs no patients, arms or sample size.\n\n"
      "  vcohort analyze fev.csv fev.toml\n  vcohort analyze fev.csv fev.toml --set "
      "'trial.primary.df=\"kenward-roger\"' --format json");
  verb.option("data", arguments->data, "data file (CSV with a header)").required();
  verb.option("study", arguments->study, "study file (TOML)").required();
  verb.settings(arguments->settings);
  add_format(verb, arguments->format);
  verb.action([arguments] {
    analyze_file(*arguments);
    return ExitStatus::done;
  });
}

}  // namespace vcohort
