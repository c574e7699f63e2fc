#include "io/cli/load_replication.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "engine/numeric/errors.hpp"
#include "io/replication/figures_reader.hpp"
#include "io/study/number_text.hpp"
#include "scenarios/shipped.hpp"

namespace vcohort {

namespace {

constexpr std::string_view folder = "replications";
const std::string figures_ending = ".figures";
const std::string file_ending = ".toml";

Replicated load_shipped(const std::string& name, const std::vector<std::string>& settings) {
  const ShippedFile* figures = shipped_file(folder, name + figures_ending);
  if (!figures)
    throw InvalidInput(explain(fmt::format("no replication is called \"{}\"", name),
                               "nor is it the name of a .toml file", meant_scenario(name)));
  Replicated replicated{name, std::nullopt, {}};
  if (const ShippedFile* study = shipped_file(folder, name))
    replicated.study = load_study_text(std::string(study->text), name + file_ending, settings);
  replicated.published = read_figures(figures->text, name + figures_ending + file_ending,
                                      replicated.study ? &replicated.study->reading.study : nullptr);
  return replicated;
}

Replicated load_file(const std::string& path, const std::vector<std::string>& settings) {
  std::filesystem::path figures(path);
  figures.replace_extension(figures_ending + file_ending);
  Replicated replicated{std::filesystem::path(path).stem().string(), load_study(path, settings), {}};
  refuse_sweep(*replicated.study, "a replication");
  if (const Study& study = replicated.study->reading.study; study.trial && (study.trial->looks || study.trial->final))
    throw InvalidInput(explain(path + (study.trial->looks ? " has looks" : " has a final analysis of its own"),
                               "figures are those of trials that were analysed once, when they were complete",
                               study.trial->looks ? "remove [trial.looks]" : "remove trial.final"));
  replicated.published = read_figures(read_bytes(figures), figures.string(), &replicated.study->reading.study);
  return replicated;
}

}  // namespace

std::vector<std::string> evidence_setting(const std::string& evidence) {
  if (evidence.empty()) return {};
  // A file is named relative to here, and not to a study that ships.
  const bool is_file = !shipped_file("evidence", evidence) && std::filesystem::exists(evidence);
  return {"evidence=" + toml_text(is_file ? std::filesystem::absolute(evidence).string() : evidence)};
}

std::vector<std::string> shipped_replications() {
  std::vector<std::string> names;
  for (const ShippedFile& file : shipped_files())
    if (file.folder == folder && file.name.ends_with(figures_ending))
      names.emplace_back(file.name.substr(0, file.name.size() - figures_ending.size()));
  std::sort(names.begin(), names.end());
  return names;
}

Replicated load_replication(const std::string& name, const std::vector<std::string>& settings) {
  return name.ends_with(file_ending) ? load_file(name, settings) : load_shipped(name, settings);
}

}  // namespace vcohort
