#include "engine/analysis/mmrm/statistics.hpp"

#include <algorithm>
#include <utility>

namespace vcohort::analysis {

void RepeatedMeasures::clear() {
  for (Pattern& pattern : patterns_) {
    pattern.patients = 0;
    std::fill(pattern.gram.begin(), pattern.gram.end(), 0.0);
  }
  patients_ = observations_ = 0;
  patients_at_.assign(visits_, 0);
}

RepeatedMeasures::Pattern& RepeatedMeasures::find(int group, std::uint64_t observed) {
  const auto before = [](const Pattern& pattern, const std::pair<int, std::uint64_t>& key) {
    return std::pair(pattern.group, pattern.observed) < key;
  };
  const auto place = std::lower_bound(patterns_.begin(), patterns_.end(), std::pair(group, observed), before);
  if (place != patterns_.end() && place->group == group && place->observed == observed) return *place;

  Pattern pattern;
  pattern.group = group;
  pattern.observed = observed;
  for (int t = 0; t < visits_; ++t) {
    if (observed >> t & 1) pattern.visits.push_back(t);
  }
  pattern.gram.assign(static_cast<std::size_t>(width()) * width(), 0.0);
  return *patterns_.insert(place, std::move(pattern));
}

void RepeatedMeasures::add(int group, std::uint64_t observed, std::span<const double> row) {
  Pattern& pattern = find(group, observed);
  ++pattern.patients;
  const int n = width();
  const double* values = row.data();
  double* gram = pattern.gram.data();
  for (int i = 0; i < n; ++i, gram += n) {
    const double value = values[i];
    if (value == 0) continue;  // indicators of other arms, missing visits
    for (int j = 0; j <= i; ++j) gram[j] += value * values[j];
  }
}

void RepeatedMeasures::complete() {
  const int n = width();
  for (Pattern& pattern : patterns_) {
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j < i; ++j) pattern.gram[j * n + i] = pattern.gram[i * n + j];
    }
    patients_ += pattern.patients;
    observations_ += pattern.patients * static_cast<int>(pattern.visits.size());
    for (const int t : pattern.visits) patients_at_[t] += pattern.patients;
  }
}

bool RepeatedMeasures::is_monotone() const {
  return std::all_of(patterns_.begin(), patterns_.end(), [](const Pattern& pattern) {
    return pattern.patients == 0 || (pattern.group == 0 && (pattern.observed & (pattern.observed + 1)) == 0);
  });
}

}  // namespace vcohort::analysis
