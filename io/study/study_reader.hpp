#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/study/study.hpp"
#include "io/study/problems.hpp"
#include "io/study/toml_document.hpp"

namespace vcohort {

/// Where the parts of a study stand in its file, for messages about what only shows later.
struct StudyPlaces {
  struct OfStrategy {
    Place pair;  // the cell type, or the grid
    Place dose;
    bool from_grid = false;
  };

  std::string file_name;
  std::vector<Place> stances;
  std::vector<OfStrategy> strategies;
  std::vector<Place> overrides;
  Place policy;                                        // the section
  Place looks;                                         // the key of [trial], where the trial has looks
  std::vector<std::vector<std::vector<Place>>> sweep;  // [axis][key][value]
};

/// A study that was read: validated, with every default filled in and the grid expanded.
struct StudyReading {
  Study study;
  std::vector<std::string> notices;  // "study.toml:7:9: the shares of ... sum to 1.006 and were rescaled"
  std::string resolved;              // canonical TOML text of `study`, see study_writer.hpp
  StudyPlaces places;
  std::shared_ptr<const TomlValue> document;  // of a study that sweeps: all of it but the sweep
  std::vector<Place> without_effect;          // of a setting of a sweep: values that say nothing there
};

/// Reads a study file (TOML, UTF-8 with or without byte order mark, LF or CRLF).
///
/// `settings` are "key=value" as in `--set`, applied in order before anything is validated: the key is dotted, items of
/// a list are addressed by their number from 0 or, for strategies, by their name (strategy."four IV
/// infusions".dose_per_kg); the value is TOML.
///
/// Errors: one InvalidInput with all problems, each `file:line:column: problem (why) what to do`.
/// Thread safety: a pure function of its arguments; nothing depends on the locale.
///
/// `sweeps` are "key=[a, b]" as in `--sweep`, each an axis more.
StudyReading read_study(std::string_view bytes, const std::string& file_name,
                        const std::vector<std::string>& settings = {}, const std::vector<std::string>& sweeps = {});

/// The study of one setting of a sweep, without the sweep: as if its values had been set with `--set`. Rows of trials
/// are kept only where the study asks for them. Errors and thread safety: as above.
StudyReading read_setting(const StudyReading& swept, std::size_t setting);

}  // namespace vcohort
