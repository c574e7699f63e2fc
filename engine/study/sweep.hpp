#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace vcohort {

/// A key of the study and the values that it has one after the other, as TOML text.
struct SweptKey {
  std::string key;  // dotted, as in --set; "parameter.NAME" fixes a parameter of the evidence
  std::vector<std::string> values;
};

/// One axis of a sweep: keys that move together. Axes cross: each combination of their values is a setting. Of those
/// whose values are tried one at a time, no two leave their first value in the same setting.
struct SweepAxis {
  std::string name;                 // empty: the key
  std::vector<std::string> labels;  // of the values; empty: the values themselves
  std::vector<SweptKey> keys;       // all of one length
  bool compare = false;             // deliver the differences from its first value
  bool one_at_a_time = false;

  std::size_t size() const { return keys.empty() ? 0 : keys.front().values.size(); }
};

/// The number of settings, at most 2^53: that of a study without a sweep is 1.
double settings_of(const std::vector<SweepAxis>& sweep);

/// The place on each axis of a setting, counted from 0. The last axis moves fastest; axes that are tried one at a time
/// move, one after the other, before those that cross.
std::vector<std::size_t> places_of(const std::vector<SweepAxis>& sweep, std::size_t setting);

/// What the scenarios of a setting have behind the name of their stance: "#0001" for the first one.
std::string mark_of(const std::vector<SweepAxis>& sweep, std::size_t setting);

/// "effect = 4 points, trial.alpha = 0.05".
std::string in_words(const std::vector<SweepAxis>& sweep, std::size_t setting);

/// Whether any axis asks for differences.
bool compares(const std::vector<SweepAxis>& sweep);

/// The settings that a setting is compared with: on each axis that compares, the one with the first value there and its
/// own on all others; none where that is the setting itself.
std::vector<std::size_t> compared_with(const std::vector<SweepAxis>& sweep, std::size_t setting);

/// What the axes are to a table: a column for an axis with labels, else one for each of its keys.
struct SweepColumn {
  std::size_t axis = 0;
  std::string name;                      // of the axis or key; no two are equal, and none has a slash
  std::string key;                       // or several, "a, b"
  std::vector<std::string> values = {};  // [place on the axis]; of lists of one the item, texts without their quotes
  bool numbers = false;                  // whether all values are
  std::vector<double> as_numbers = {};   // then
};
std::vector<SweepColumn> columns_of(const std::vector<SweepAxis>& sweep);

}  // namespace vcohort
