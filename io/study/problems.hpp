#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace vcohort {

/// Where something stands in an input: line and column of a file, counted from 1 in characters; or, when `setting` is
/// not empty, the key of a `--set`.
struct Place {
  int line = 1;
  int column = 1;
  std::string setting = {};  // with "--sweep " before it, of that option
  std::string swept = {};    // the key of a sweep whose value it is; empty: it is none
};

/// "study.toml:12:5", "--set strategy.0.infusions" or "--sweep trial.alpha".
std::string text_of(const Place&, std::string_view file_name);

/// Collects the problems of one file, so that the user sees all of them at once.
class Problems {
 public:
  explicit Problems(std::string file_name) : file_name_(std::move(file_name)) {}

  /// Records `place: problem (why) what_to_do`.
  void add(const Place& place, std::string_view problem, std::string_view why = {}, std::string_view what_to_do = {});

  /// Forgets the problems from number `first` up to number `last`, which something that came later explains.
  void forget(std::size_t first, std::size_t last);

  /// A key without effect in one setting of a sweep has one in the study itself, or in another setting: such keys are
  /// then only noted, where they are values of the sweep.
  void pass_over_keys_without_effect() { passes_over_ = true; }
  bool passes_over_keys_without_effect() const { return passes_over_; }
  void note_without_effect(const Place& place) { without_effect_.push_back(place); }
  const std::vector<Place>& without_effect() const { return without_effect_; }

  bool empty() const { return found_.empty(); }
  std::size_t size() const { return found_.size(); }
  const std::string& file_name() const { return file_name_; }

  /// Throws one InvalidInput with the problems in the order of the file, `--set` last; does nothing if there are none.
  /// Only the first `shown` are printed, and the number of the others.
  void throw_if_any() const;

  static constexpr std::size_t shown = 20;

 private:
  struct Found {
    Place place;
    std::string message;
  };

  std::string file_name_;
  std::vector<Found> found_;
  bool passes_over_ = false;
  std::vector<Place> without_effect_;
};

/// A user's text in double quotes for a message: control characters as \xNN, long texts cut.
std::string quoted(std::string_view text);

/// `"a", "b", "c"`, cut after a dozen.
template <typename Range>
std::string listed(const Range& names) {
  constexpr int most_listed = 16;
  std::string text;
  int n = 0;
  for (const auto& name : names) {
    if (n++ == most_listed) return text + ", ...";
    if (!text.empty()) text += ", ";
    text += quoted(name);
  }
  return text;
}

}  // namespace vcohort
