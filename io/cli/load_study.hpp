#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/run/plan.hpp"
#include "io/files/read_bytes.hpp"
#include "io/results/file_header.hpp"
#include "io/study/study_reader.hpp"

namespace vcohort {

/// A study with its evidence, ready to run.
struct LoadedStudy {
  StudyReading reading;
  std::vector<Evidence> evidence;  // one per scenario, with the study's overrides
  FileHeader header;               // as every file of this study begins
  bool from_result = false;        // or from a part, not from a study file
};

/// The text of a study: of a file, of standard input for "-", or of a study that ships where no file has that name.
struct StudyText {
  std::string text;
  std::string file_name;  // for messages
};
StudyText read_study_text(const std::string& name);

/// What to do about the name of a scenario that does not ship: the one that was probably meant, or where they are
/// listed.
std::string meant_scenario(const std::string& name);

/// What a study is loaded for: looks may be such that their bounds can be computed, and their trials not simulated.
enum class LoadFor : std::uint8_t { simulation, boundaries };

/// Reads a study file, a study that ships, or the study inside a result file, and the evidence that it names: a stance
/// that ships, or the path of an evidence file, relative to the study. "-" is standard input. Notices go to the log.
/// Errors: InvalidInput, StorageFailure.
LoadedStudy load_study(const std::string& path, const std::vector<std::string>& settings,
                       LoadFor = LoadFor::simulation);

/// The same from the text of a study file; messages call it `file_name`.
LoadedStudy load_study_text(std::string text, const std::string& file_name, const std::vector<std::string>& settings,
                            LoadFor = LoadFor::simulation);

/// The study inside a result or part.
LoadedStudy load_study(const FileHeader&, const std::vector<std::string>& settings = {});

/// The blocks of the study, whose header then tells how many there are. InvalidInput where there is nothing to
/// simulate. The plan points into the study: it stays where it is.
Plan make_plan(LoadedStudy&);

}  // namespace vcohort
