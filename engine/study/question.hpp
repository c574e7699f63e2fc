#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/numeric/table.hpp"
#include "engine/numeric/tally.hpp"

namespace vcohort {

/// A question under one scenario, as the run sees it: fixed blocks of work that fill a tally and, where asked, rows;
/// and a delivery that turns the complete tally into tables.
///
/// Thread safety: `simulate_block` is a pure function of the block and is called from many threads at once, each with a
/// tally of its own. Everything it needs was prepared in the constructor.
class Question {
 public:
  virtual ~Question() = default;

  virtual std::string name() const = 0;                            // "cohort", "trial", "policy"
  virtual std::string scenario() const = 0;                        // the stance
  virtual std::int64_t blocks() const = 0;                         // does not depend on threads
  virtual std::int64_t patients_in(std::int64_t block) const = 0;  // virtual patients simulated, for the progress
  virtual Tally empty_tally() const = 0;

  /// Adds block `block` to the tally and appends its rows, if any, to `rows`, which has the layout of `row_tables()`.
  virtual void simulate_block(std::int64_t block, Tally& tally, std::vector<Table>& rows) const = 0;

  /// A question that stops at a wished precision asks for it at checkpoints, fixed boundaries of blocks: the first one
  /// behind this block. A question without such a rule has none before its end.
  virtual std::int64_t next_checkpoint(std::int64_t /*block*/) const { return blocks(); }

  /// Whether the tally of all blocks before a checkpoint is precise enough, so that the blocks behind it need not be
  /// simulated.
  virtual bool precise_enough(const Tally&) const { return false; }

  /// A sentence where the complete tally is less precise than the study asks; else empty.
  virtual std::string shortfall(const Tally&) const { return {}; }

  /// A study that grows: how many of the first blocks of `smaller`, this question with fewer patients, replicates or
  /// draws, are bit for bit blocks of this one, and their tally in the layout of this one.
  virtual std::int64_t blocks_kept(const Question& smaller) const { return smaller.blocks(); }
  virtual Tally tally_kept(const Question& /*smaller*/, const Tally& tally) const { return tally; }

  /// The tables, empty, that `simulate_block` appends rows to. They are stored in the order of blocks.
  virtual std::vector<Table> row_tables() const { return {}; }

  /// How many rows all blocks append to each of these tables; the most where a wished precision may end the question.
  virtual std::vector<std::int64_t> expected_rows() const { return {}; }

  /// What two settings of a sweep must agree in to be compared, in words.
  virtual std::string compared_by() const { return {}; }

  /// Tables of the differences from the same question in another setting, which agrees in that.
  virtual std::vector<Table> compare(const Tally& /*tally*/, const Question& /*other*/,
                                     const Tally& /*of_other*/) const {
    return {};
  }

  /// The tables of the result, from the tally of all blocks.
  virtual std::vector<Table> deliver(const Tally& tally) const = 0;
};

}  // namespace vcohort
