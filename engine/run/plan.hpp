#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/study/question.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// Blocks [first, end) of a plan's sequence.
struct BlockSpan {
  std::int64_t first = 0;
  std::int64_t end = 0;

  std::int64_t size() const { return end - first; }
};

/// The questions of a study under each scenario, and the one sequence that their blocks form: question by question,
/// scenario by scenario. Neither depends on threads, shards or interruptions.
class Plan {
 public:
  /// `evidence` holds one stance per scenario. Throws InvalidInput where a stance lacks what the study asks for.
  Plan(const Study&, std::span<const Evidence> evidence);

  struct Work {
    std::size_t question = 0;
    std::int64_t block = 0;  // of that question
  };

  const std::vector<std::unique_ptr<Question>>& questions() const { return questions_; }
  std::int64_t blocks() const { return first_block_.back(); }
  Work work(std::int64_t block) const;
  std::int64_t patients_in(BlockSpan) const;

  /// The first checkpoint behind this block, and whether any question has one. Blocks of the sequence; see
  /// Question::next_checkpoint.
  std::int64_t next_checkpoint(std::int64_t block) const;
  std::int64_t end_of_question(std::int64_t block) const;
  bool has_checkpoints() const;

  std::vector<Tally> empty_tallies() const;  // one per question

 private:
  std::vector<std::unique_ptr<Question>> questions_;
  std::vector<std::int64_t> first_block_;  // of each question, and one past the last
};

/// What the ids and names in the tables mean: /scenarios, /strategies, /strata and /parameters.
std::vector<Table> describe(const Study&, std::span<const Evidence> evidence);

}  // namespace vcohort
