#include "engine/analysis/mmrm/statistics.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "engine/analysis/mmrm/gather_hot.hpp"

namespace vcohort::analysis {

std::size_t RepeatedMeasures::find(int group, std::uint64_t observed) {
  const auto is_it = [&](const Pattern& pattern) { return pattern.group == group && pattern.observed == observed; };
  std::size_t& last = found_[static_cast<std::size_t>(std::countr_one(observed))];
  if (last < patterns_.size() && is_it(patterns_[last])) return last;
  const auto before = [](const Pattern& pattern, const std::pair<int, std::uint64_t>& key) {
    return std::pair(pattern.group, pattern.observed) < key;
  };
  const auto place = std::lower_bound(patterns_.begin(), patterns_.end(), std::pair(group, observed), before);
  last = static_cast<std::size_t>(place - patterns_.begin());
  if (place != patterns_.end() && is_it(*place)) return last;

  Pattern pattern;
  pattern.group = group;
  pattern.observed = observed;
  for (int t = 0; t < visits_; ++t) {
    if (observed >> t & 1) pattern.visits.push_back(t);
  }
  pattern.gram.assign(static_cast<std::size_t>(width()) * width(), 0.0);
  patterns_.insert(place, std::move(pattern));
  return last;
}

std::span<const int> RepeatedMeasures::sort(std::span<const int> group, std::span<const std::uint64_t> observed) {
  // A pattern that is new moves those behind it: then the patients are counted again.
  pattern_of_.resize(observed.size());
  for (std::size_t known = patterns_.size() + 1; known != patterns_.size();) {
    known = patterns_.size();
    for (Pattern& pattern : patterns_) pattern.patients = 0;
    for (std::size_t i = 0; i < observed.size(); ++i) {
      if (observed[i] == 0) continue;
      pattern_of_[i] = find(group.empty() ? 0 : group[i], observed[i]);
      ++patterns_[pattern_of_[i]].patients;
    }
  }
  patients_ = observations_ = 0;
  patients_at_.assign(visits_, 0);
  for (Pattern& pattern : patterns_) {
    observations_ += pattern.patients * static_cast<int>(pattern.visits.size());
    for (const int t : pattern.visits) patients_at_[t] += pattern.patients;
    pattern.first = patients_;
    patients_ += std::exchange(pattern.patients, 0);
  }
  order_.resize(patients_);
  for (std::size_t i = 0; i < observed.size(); ++i) {
    if (observed[i] == 0) continue;
    Pattern& pattern = patterns_[pattern_of_[i]];
    order_[pattern.first + pattern.patients++] = static_cast<int>(i);
  }
  return order_;
}

void RepeatedMeasures::add(std::span<const double> columns) {
  const int n = width();
  for (Pattern& pattern : patterns_) {
    std::fill(pattern.gram.begin(), pattern.gram.end(), 0.0);
    if (pattern.patients == 0) continue;
    add_products(columns.data(), patients_, n, pattern.first, pattern.first + pattern.patients, pattern.gram.data());
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j < i; ++j) pattern.gram[j * n + i] = pattern.gram[i * n + j];
    }
  }
}

bool RepeatedMeasures::is_monotone() const {
  return std::all_of(patterns_.begin(), patterns_.end(), [](const Pattern& pattern) {
    return pattern.patients == 0 || (pattern.group == 0 && (pattern.observed & (pattern.observed + 1)) == 0);
  });
}

}  // namespace vcohort::analysis
