#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "engine/study/study.hpp"
#include "io/study/problems.hpp"

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
  Place policy;  // the section
  Place looks;   // the key of [trial], where the trial has looks
};

/// A study that was read: validated, with every default filled in and the grid expanded.
struct StudyReading {
  Study study;
  std::vector<std::string> notices;  // "study.toml:7:9: the shares of ... sum to 1.006 and were rescaled"
  std::string resolved;              // canonical TOML text of `study`, see study_writer.hpp
  StudyPlaces places;
};

/// Reads a study file (TOML, UTF-8 with or without byte order mark, LF or CRLF).
///
/// `settings` are "key=value" as in `--set`, applied in order before anything is validated: the key is dotted, items of
/// a list are addressed by their number from 0 or, for strategies, by their name (strategy."four IV
/// infusions".dose_per_kg); the value is TOML.
///
/// Errors: one InvalidInput with all problems, each `file:line:column: problem (why) what to do`.
/// Thread safety: a pure function of its arguments; nothing depends on the locale.
StudyReading read_study(std::string_view bytes, const std::string& file_name,
                        const std::vector<std::string>& settings = {});

}  // namespace vcohort
