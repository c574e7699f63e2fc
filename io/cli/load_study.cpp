#include "io/cli/load_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/evidence/without_evidence.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/random/address.hpp"
#include "io/cli/find_evidence.hpp"
#include "io/cli/swept_scenarios.hpp"
#include "io/cli/version.hpp"
#include "io/console/log.hpp"
#include "io/results/result_file.hpp"
#include "io/study/evidence_check.hpp"
#include "io/study/evidence_reader.hpp"
#include "io/study/simulated_looks.hpp"
#include "io/study/study_writer.hpp"
#include "io/study/suggestion.hpp"
#include "scenarios/shipped.hpp"

namespace vcohort {

namespace {

/// An evidence as the study names it, or as the result carries it.
EvidenceReading read_stance(const std::string& stance, const Place& place, const std::string& study_path,
                            const std::vector<EvidenceText>& carried, EvidenceText& text) {
  text.name = stance;
  for (const EvidenceText& known : carried)
    if (known.name == stance) {
      text = known;
      return read_evidence(text.source, stance, find_evidence);
    }
  std::optional<EvidenceFile> file = find_evidence(stance, study_path);
  if (!file)
    throw InvalidInput(
        text_of(place, study_path) + ": " +
        explain(
            fmt::format("unknown evidence \"{}\"", stance), "it is neither a stance that ships nor a file",
            "use \"published\", \"sceptical\" or \"null\", or the path of an evidence file, relative to the study"));
  EvidenceReading reading = read_evidence(file->text, file->name, find_evidence);
  // A result is run again with the evidence that it carries: an overlay is carried as what it comes to.
  text.source = reading.overlay ? reading.resolved : std::move(file->text);
  return reading;
}

/// The name of the last stance is that of its scenario.
void require_own_name(const std::vector<Evidence>& stances, const std::string& file) {
  const std::string& name = stances.back().name;
  const auto same = [&](const Evidence& other) { return other.name == name; };
  if (std::count_if(stances.begin(), stances.end(), same) > 1)
    throw InvalidInput(explain(fmt::format("two stances are called \"{}\"", name),
                               fmt::format("{} has that name, too, and scenarios are told apart by it", file),
                               "give its evidence file a name of its own"));
}

LoadedStudy load(std::string bytes, const std::string& path, const std::vector<std::string>& settings,
                 const std::vector<EvidenceText>& carried, LoadFor load_for,
                 const std::vector<std::string>& sweeps = {}) {
  LoadedStudy loaded;
  loaded.reading = read_study(bytes, path, settings, sweeps);
  if (load_for == LoadFor::simulation) check_simulated_looks(loaded.reading);
  const Study& study = loaded.reading.study;
  for (std::string& notice : unequal_hours(study)) loaded.reading.notices.push_back(std::move(notice));
  std::string resolved_evidence;
  for (std::size_t k = 0; k < study.stances.size(); ++k) {
    EvidenceText text;
    loaded.stances.push_back(
        read_stance(study.stances[k], loaded.reading.places.stances.at(k), path, carried, text).evidence);
    require_own_name(loaded.stances, study.stances[k]);
    loaded.evidence.push_back(check_against_evidence(study, loaded.stances.back(), loaded.reading.places));
    for (const auto& notices_of : {unusual_doses, beyond_indications, diluted_arms, hours_below_usual})
      for (std::string& notice : notices_of(study, loaded.evidence.back(), loaded.reading.places))
        if (auto& known = loaded.reading.notices; std::find(known.begin(), known.end(), notice) == known.end())
          known.push_back(std::move(notice));
    loaded.header.evidence.push_back(std::move(text));
    resolved_evidence += write_evidence(loaded.evidence.back());
  }
  if (study.stances.empty()) loaded.stances = loaded.evidence = {evidence_of_data_model()};
  if (!study.sweep.empty())
    for (std::string& notice : SweptScenarios(loaded).check(load_for))
      loaded.reading.notices.push_back(std::move(notice));
  FileHeader& header = loaded.header;
  header.engine_version = engine_version();
  header.git_revision = git_revision();
  header.seed = static_cast<std::int64_t>(study.seed);
  header.study_source = std::move(bytes);
  header.study_resolved = loaded.reading.resolved;
  header.study_sha256 = sha256_hex(loaded.reading.resolved);
  header.evidence_sha256 = sha256_hex(resolved_evidence);
  for (const PurposeName& purpose : purpose_names())
    header.purposes.push_back({std::string(purpose.name), static_cast<std::int64_t>(purpose.purpose)});
  return loaded;
}

}  // namespace

std::string meant_scenario(const std::string& name) {
  std::vector<std::string_view> names;
  for (const ShippedFile& file : shipped_files())
    if (!file.name.ends_with(".figures")) names.push_back(file.name);
  const std::string meant = suggestion(std::filesystem::path(name).stem().string(), names);
  return meant.empty() ? "`vcohort scenarios list` shows those that ship" : meant;
}

StudyText read_study_text(const std::string& name) {
  std::error_code failure;
  const std::filesystem::path path(name);
  const bool is_file =
      name == "-" || std::filesystem::symlink_status(path, failure).type() != std::filesystem::file_type::not_found;
  if (is_file || path.has_extension()) return {read_bytes(name), name};
  for (const char* folder : {"studies", "templates", "claims", "replications"})
    if (path.parent_path().empty() || path.parent_path() == folder)
      if (const ShippedFile* file = shipped_file(folder, path.filename().string()))
        return {std::string(file->text), path.filename().string() + ".toml"};
  throw StorageFailure(explain(fmt::format("cannot read {}", name), "no file and no study that ships has this name",
                               meant_scenario(name)));
}

LoadedStudy load_study(const std::string& path, const std::vector<std::string>& settings, LoadFor load_for,
                       const std::vector<std::string>& sweeps) {
  if (file_begins_with(path, "\x89HDF\r\n\x1a\n")) {
    const ResultFile file(path);
    LoadedStudy loaded = load(file.header().study_resolved, path, settings, file.header().evidence, load_for, sweeps);
    loaded.header.study_source = file.header().study_source;
    loaded.from_result = true;
    return loaded;
  }
  StudyText study = read_study_text(path);
  return load_study_text(std::move(study.text), study.file_name, settings, load_for, sweeps);
}

LoadedStudy load_study_text(std::string text, const std::string& file_name, const std::vector<std::string>& settings,
                            LoadFor load_for, const std::vector<std::string>& sweeps) {
  LoadedStudy loaded = load(std::move(text), file_name, settings, {}, load_for, sweeps);
  for (const std::string& notice : loaded.reading.notices) log_notice(notice);
  return loaded;
}

LoadedStudy load_study(const FileHeader& header, const std::vector<std::string>& settings) {
  LoadedStudy loaded =
      load(header.study_resolved, "the study in the file", settings, header.evidence, LoadFor::simulation);
  loaded.header.study_source = header.study_source;
  return loaded;
}

LoadedStudy setting_of(const LoadedStudy& study, std::size_t setting) {
  LoadedStudy chosen;
  chosen.reading = read_setting(study.reading, setting);
  chosen.reading.resolved = write_study(chosen.reading.study);
  chosen.stances = study.stances;
  chosen.header = study.header;
  chosen.from_result = study.from_result;
  const SweptScenarios scenarios(study);
  for (std::size_t stance = 0; stance < study.stances.size(); ++stance)
    chosen.evidence.push_back(scenarios.evidence_of(chosen.reading, stance));
  return chosen;
}

LoadedStudy setting_of_scenario(LoadedStudy study, const std::string& scenario) {
  const std::vector<SweepAxis>& sweep = study.reading.study.sweep;
  if (sweep.empty()) return study;
  const auto settings = static_cast<std::size_t>(settings_of(sweep));
  const std::string digits = scenario.substr(scenario.rfind('#') + 1);  // all of it where there is no mark
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool is_number = error == std::errc() && end == digits.data() + digits.size();
  if (!is_number || number < 1 || number > settings)
    throw InvalidInput(explain(scenario.empty()
                                   ? "no scenario is named"
                                   : fmt::format("the study has no scenario {}", vcohort::quoted(scenario)),
                               fmt::format("it sweeps, and has {} settings", settings),
                               fmt::format("name one with --scenario, from \"{}\" to \"{}\"", mark_of(sweep, 0),
                                           mark_of(sweep, settings - 1))));
  return setting_of(study, number - 1);
}

void refuse_sweep(const LoadedStudy& study, std::string_view what) {
  if (study.reading.study.sweep.empty()) return;
  throw InvalidInput(explain(fmt::format("{} knows no sweep", what), "the study has several settings of each stance",
                             "remove [[sweep]], and set one of them with --set"));
}

Plan plan_of(const LoadedStudy& study) {
  if (study.reading.study.sweep.empty()) return {study.reading.study, study.evidence};
  return Plan(std::make_shared<SweptScenarios>(study));
}

Plan make_plan(LoadedStudy& study) {
  Plan plan = plan_of(study);
  if (plan.blocks() == 0)
    throw InvalidInput(explain("there is nothing to simulate", "the study is for a data file only",
                               "use `vcohort analyze DATA.csv STUDY.toml`"));
  study.header.blocks = {0, plan.blocks() - 1, plan.blocks()};
  return plan;
}

}  // namespace vcohort
