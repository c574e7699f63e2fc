#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/run/scenarios.hpp"
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
  /// `evidence` holds one stance per scenario. The plan points into the study. Throws InvalidInput where a stance lacks
  /// what the study asks for.
  Plan(const Study&, std::span<const Evidence> evidence);

  /// Of a study that sweeps. Every question is made once, so that nothing is wrong with it, and then again when it is
  /// asked for: only those in work are in memory.
  explicit Plan(std::shared_ptr<const Scenarios>);

  struct Work {
    std::size_t question = 0;
    std::int64_t block = 0;  // of that question
  };

  std::size_t questions() const { return entries_.size(); }
  std::string question_name(std::size_t question) const { return entries_[question].name; }
  std::string scenario(std::size_t question) const { return entries_[question].scenario; }
  std::int64_t first_block(std::size_t question) const { return first_block_[question]; }
  std::int64_t blocks_of(std::size_t question) const { return first_block_[question + 1] - first_block_[question]; }

  /// The question made ready; of a sweep anew, so that it is worth holding on to. Thread safe.
  std::shared_ptr<const Question> question(std::size_t question) const;

  /// The questions that it is compared with: the same in other settings of a sweep.
  std::vector<std::size_t> compared_with(std::size_t question) const;

  std::int64_t blocks() const { return first_block_.back(); }
  Work work(std::int64_t block) const;

  /// Of a sweep, where a span is a part of a question, to the nearest even share of that question's patients.
  std::int64_t patients_in(BlockSpan) const;

  /// The first checkpoint behind this block, and whether any question has one. Blocks of the sequence; see
  /// Question::next_checkpoint. A question without checkpoints is passed over.
  std::int64_t next_checkpoint(std::int64_t block) const;
  std::int64_t end_of_question(std::int64_t block) const;
  bool has_checkpoints() const { return has_checkpoints_; }

 private:
  enum class Kind : std::uint8_t { cohort, trial, policy };
  struct Entry {
    Kind kind;
    std::size_t stance, setting;
    std::string name, scenario;
    bool has_checkpoints = false;
    std::string compared_by = {};               // of a sweep
    std::shared_ptr<const Question> kept = {};  // without a sweep
  };

  void add(Kind kind, std::size_t stance, std::size_t setting, std::shared_ptr<const Question> question, bool keep);
  static std::shared_ptr<const Question> make(Kind, const Study&, const Evidence& stance);
  std::shared_ptr<const Question> make(Kind, std::size_t stance, std::size_t setting) const;  // of a sweep
  void require_comparable(const Question&, const Entry& other) const;
  std::int64_t patients_before(std::int64_t block) const;

  std::shared_ptr<const Scenarios> scenarios_;
  std::vector<Entry> entries_;
  std::vector<std::int64_t> first_block_ = {0};      // of each question, and one past the last
  std::vector<std::int64_t> patients_before_ = {0};  // likewise; of a sweep alone
  bool has_checkpoints_ = false;
};

/// What the ids and names in the tables mean: /scenarios, /strategies, /strata and /parameters.
std::vector<Table> describe(const Study&, std::span<const Evidence> evidence);

}  // namespace vcohort
