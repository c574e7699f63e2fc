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
  std::vector<Evidence> evidence;  // one per stance, with the study's overrides
  std::vector<Evidence> stances;   // the same as they were read, without overrides
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

/// One setting of a study that sweeps, as if its values had been set with --set.
LoadedStudy setting_of(const LoadedStudy&, std::size_t setting);

/// The setting of a scenario: "published#0007", "#0007" or 7; of a study without a sweep itself, whatever is named.
/// InvalidInput where a study that sweeps has no such scenario, or none is named.
LoadedStudy setting_of_scenario(LoadedStudy, const std::string& scenario);

/// Refuses a study that sweeps, for what knows one scenario of a stance only: `what` ("growing", "calibrating").
void refuse_sweep(const LoadedStudy&, std::string_view what);

/// What a study is loaded for: looks may be such that their bounds can be computed, and their trials not simulated.
enum class LoadFor : std::uint8_t { simulation, boundaries };

/// Reads a study file, a study that ships, or the study inside a result file, and the evidence that it names: a stance
/// that ships, or the path of an evidence file, relative to the study. "-" is standard input. Notices go to the log.
/// Errors: InvalidInput, StorageFailure.
LoadedStudy load_study(const std::string& path, const std::vector<std::string>& settings, LoadFor = LoadFor::simulation,
                       const std::vector<std::string>& sweeps = {});

/// The same from the text of a study file; messages call it `file_name`.
LoadedStudy load_study_text(std::string text, const std::string& file_name, const std::vector<std::string>& settings,
                            LoadFor = LoadFor::simulation, const std::vector<std::string>& sweeps = {});

/// The study inside a result or part.
LoadedStudy load_study(const FileHeader&, const std::vector<std::string>& settings = {});

/// The questions of the study; there may be none. Finds what only the model can refuse. The plan points into the study:
/// it stays where it is.
Plan plan_of(const LoadedStudy&);

/// The blocks of the study, whose header then tells how many there are. InvalidInput where there is nothing to
/// simulate.
Plan make_plan(LoadedStudy&);

}  // namespace vcohort
