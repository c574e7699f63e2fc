#pragma once
#include <cstddef>
#include <map>

#include "engine/numeric/tally.hpp"
#include "engine/study/question.hpp"

namespace vcohort {

/// The tallies of the questions of a plan that any block belongs to, by the number of the question. Of a sweep of a
/// thousand scenarios a thread or a part touches a few.
class Tallies {
 public:
  Tally& of(std::size_t number, const Question& question) {
    const auto found = tallies_.find(number);
    return found != tallies_.end() ? found->second : tallies_.emplace(number, question.empty_tally()).first->second;
  }
  void set(std::size_t number, Tally tally) { tallies_[number] = std::move(tally); }

  void add(const Tallies& other) {
    for (const auto& [number, tally] : other.tallies_) {
      const auto [mine, is_new] = tallies_.try_emplace(number, tally);
      if (!is_new) mine->second.add(tally);
    }
  }
  void clear() { tallies_.clear(); }

  const Tally* find(std::size_t number) const {
    const auto found = tallies_.find(number);
    return found != tallies_.end() ? &found->second : nullptr;
  }
  auto begin() const { return tallies_.begin(); }
  auto end() const { return tallies_.end(); }

 private:
  std::map<std::size_t, Tally> tallies_;
};

}  // namespace vcohort
