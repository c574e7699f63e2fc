#include "io/cli/swept_scenarios.hpp"

#include <fmt/format.h>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_reduce.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "engine/numeric/errors.hpp"
#include "io/study/evidence_check.hpp"
#include "io/study/simulated_looks.hpp"

namespace vcohort {

/// What a range of settings gives to complain about.
struct SweptScenarios::Found {
  struct Line {
    std::size_t settings = 0, first = 0;
  };
  std::vector<std::string> order;  // of the lines, as they were met
  std::map<std::string, Line> lines;
  std::map<std::string, std::size_t> without_effect;  // by key: settings in which it says nothing
  std::map<std::string, std::size_t> units;           // of money and effects: the first setting that has them
  std::vector<std::string> notices;

  void has_units(const std::string& words, std::size_t setting) {
    const auto [known, is_new] = units.try_emplace(words, setting);
    if (!is_new) known->second = std::min(known->second, setting);
  }
  void add(const std::string& line, Line at) {
    const auto [known, is_new] = lines.try_emplace(line, at);
    if (is_new)
      order.push_back(line);
    else
      known->second.settings += at.settings;
  }
  void notice(const std::string& text) {
    if (std::find(notices.begin(), notices.end(), text) == notices.end()) notices.push_back(text);
  }
};

Scenario SweptScenarios::make(std::size_t stance, std::size_t setting) const {
  StudyReading reading = read_setting(study_.reading, setting);
  Evidence evidence = evidence_of(reading, stance);
  return {std::move(reading.study), std::move(evidence)};
}

Evidence SweptScenarios::evidence_of(const StudyReading& reading, std::size_t stance) const {
  const Evidence& believed = study_.stances[stance];
  Evidence evidence =
      reading.study.stances.empty() ? believed : check_against_evidence(reading.study, believed, reading.places);
  evidence.name += reading.study.mark;
  return evidence;
}

std::vector<std::string> SweptScenarios::check(LoadFor load_for) const {
  const auto check_setting = [&](std::size_t setting, Found& found) {
    try {
      const StudyReading reading = read_setting(study_.reading, setting);
      if (load_for == LoadFor::simulation) check_simulated_looks(reading);
      for (std::size_t stance = 0; stance < stances(); ++stance) evidence_of(reading, stance);
      std::vector<std::string> keys;
      for (const Place& place : reading.without_effect) keys.push_back(place.swept);
      std::sort(keys.begin(), keys.end());
      keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
      for (const std::string& key : keys) ++found.without_effect[key];
      if (const auto& policy = reading.study.policy)
        found.has_units(fmt::format("{} and {}", policy->currency, name_of(policy->effect)), setting);
      for (const std::string& notice : reading.notices) found.notice(notice);
    } catch (const InvalidInput& error) {
      std::istringstream lines(error.what());
      for (std::string line; std::getline(lines, line);) found.add(line, {1, setting});
    }
  };
  const auto join = [](Found left, const Found& right) {
    for (const std::string& line : right.order) left.add(line, right.lines.at(line));
    for (const auto& [key, settings] : right.without_effect) left.without_effect[key] += settings;
    for (const auto& [words, setting] : right.units) left.has_units(words, setting);
    for (const std::string& notice : right.notices) left.notice(notice);
    return left;
  };
  const Found found = oneapi::tbb::parallel_deterministic_reduce(
      oneapi::tbb::blocked_range<std::size_t>(0, settings(), 16), Found(),
      [&](const oneapi::tbb::blocked_range<std::size_t>& range, Found so_far) {
        for (std::size_t setting = range.begin(); setting != range.end(); ++setting) check_setting(setting, so_far);
        return so_far;
      },
      join);
  std::string problems;
  std::size_t shown = 0;
  for (const std::string& line : found.order) {
    if (shown++ == Problems::shown) break;
    const auto& [of_settings, first] = found.lines.at(line);
    problems += fmt::format("{}{} [{} of {} settings, the first: {}]", problems.empty() ? "" : "\n", line, of_settings,
                            settings(), in_words(sweep(), first));
  }
  for (std::size_t axis = 0; axis < sweep().size() && problems.empty(); ++axis)
    for (std::size_t key = 0; key < sweep()[axis].keys.size(); ++key) {
      const auto without = found.without_effect.find(sweep()[axis].keys[key].key);
      if (without == found.without_effect.end() || without->second != settings()) continue;
      problems += fmt::format("{}{}: {}", problems.empty() ? "" : "\n",
                              text_of(study_.reading.places.sweep[axis][key].front(), study_.reading.places.file_name),
                              explain(fmt::format("sweeping {} has no effect", vcohort::quoted(without->first)),
                                      "in none of its settings", "remove it, or set what it depends on"));
    }
  if (problems.empty() && found.units.size() > 1) {
    std::string units;
    for (const auto& [words, setting] : found.units)
      units += fmt::format("{}{} where {}", units.empty() ? "" : ", ", words, in_words(sweep(), setting));
    problems = explain("the sweep mixes units: " + units, "a column of the result has one unit",
                       "write a study for each currency and effect");
  }
  if (problems.empty() && study_.reading.study.stances.empty())
    for (const SweepAxis& axis : sweep())
      for (const SweptKey& swept : axis.keys)
        if (swept.key.starts_with("parameter."))
          problems = explain(fmt::format("sweeping {} has no effect", vcohort::quoted(swept.key)),
                             "the study has no disease model", "remove it");
  if (!problems.empty()) throw InvalidInput(problems);
  std::vector<std::string> notices;
  for (const std::string& notice : found.notices)
    if (const auto& known = study_.reading.notices; std::find(known.begin(), known.end(), notice) == known.end())
      notices.push_back(notice);
  return notices;
}

}  // namespace vcohort
