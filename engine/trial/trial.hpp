#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/study/question.hpp"
#include "engine/study/study.hpp"
#include "engine/trial/closed_form.hpp"
#include "engine/trial/conduct.hpp"
#include "engine/trial/family.hpp"
#include "engine/trial/layout.hpp"
#include "engine/trial/simulator.hpp"
#include "engine/trial/true_value.hpp"
#include "engine/trial/wished_effect.hpp"

namespace vcohort {

/// Replicates in which the null hypothesis was rejected, rejected in the beneficial direction, and in which the fit
/// failed; and the patients that were enrolled.
struct RejectionCounts {
  std::int64_t replicates = 0, rejections = 0, favourable = 0, failures = 0;
  double enrolled = 0, enrolled_squares = 0;
  double months = 0;  // how long they took; only where that is asked for
};

/// What a search for a sample size counts: rejections of all of these contrasts of an analysis in the same trial; or,
/// of trials that estimate, those in which all of their intervals are at most so wide.
struct SizeTarget {
  std::size_t analysis = 0;
  std::vector<std::size_t> contrasts = {0};
  double half_width = 0;  // of the interval, on the scale of the estimate; 0: rejections are counted
  bool family = false;    // instead of an analysis: that all primaries of the study's family are claimed
  bool months = false;    // add up how long the trials take
};

/// Question 2: operating characteristics of a trial, over replicates.
///
/// Replicate r is the trial with address r, and with uncertain parameters parameter draw r. Blocks hold 128 replicates,
/// of trials of more than 8,192 patients so many fewer that a run can stop between blocks. Sample sizes are nested: the
/// trial of n takes the first n eligible candidates, in the order in which they were randomised.
class Trial final : public Question {
 public:
  /// Under which of the evidence of a study there is a trial: a data model uses none, so that there is one.
  static std::span<const Evidence> scenarios(const Study&, std::span<const Evidence>);

  /// With a data model the evidence is not used.
  Trial(const Study&, const Evidence&);

  std::string name() const override { return "trial"; }
  std::string scenario() const override { return scenario_; }
  std::int64_t blocks() const override;
  std::int64_t patients_in(std::int64_t block) const override;
  Tally empty_tally() const override;
  void simulate_block(std::int64_t block, Tally&, std::vector<Table>& rows) const override;
  std::vector<Table> row_tables() const override;
  std::vector<std::int64_t> expected_rows() const override;
  std::vector<Table> deliver(const Tally&) const override;
  std::string compared_by() const override;
  std::vector<Table> compare(const Tally&, const Question& other, const Tally& of_other) const override;

  /// With `power_mcse`: checkpoints after 1,024 replicates and then at every doubling, until the MCSE of the primary
  /// analysis's power is below it at every sample size and contrast.
  std::int64_t next_checkpoint(std::int64_t block) const override;
  bool precise_enough(const Tally&) const override;
  std::string shortfall(const Tally&) const override;

  /// One replicate alone: the rows of `row_tables()`, bit for bit as a whole run writes them, whatever the study saves.
  Table replay(std::uint32_t replicate) const;

  /// The data of one simulated trial in long form, as they were known when it ended: one row per patient and visit, as
  /// `analyze` reads it; empty cells are missing.
  Table dataset(std::uint32_t replicate, std::int64_t sample_size) const;

  /// Rejections in replicates [from, to) at any sample size: what a search for one needs. Thread safe.
  RejectionCounts count_rejections(std::int64_t sample_size, std::int64_t from, std::int64_t to,
                                   const SizeTarget& target = {}) const;

  /// What published formulas say of its power at a size; see closed_form.hpp.
  std::vector<ClosedForm> closed_form(std::size_t analysis, std::size_t contrast, std::int64_t sample_size) const;

  const PreparedTrial& prepared() const { return *trial_; }
  /// How efficacy was scaled to a wished effect; null where the study wishes for none.
  const ScaledEfficacy* scaled_efficacy() const { return scaled_.get(); }
  const TrueValues& truth() const { return *truth_; }
  const TrialLayout& layout() const { return layout_; }

  static constexpr std::int64_t block_size = 128;
  std::int64_t replicates_per_block() const;

  static constexpr std::int64_t rows_kept_by_default = 10'000'000;

 private:
  double largest_power_mcse(const Tally&) const;
  struct Accumulator;
  struct Worker;
  struct Workers;  // one of each thread
  struct Claims;
  struct Verdict {
    bool rejected = true, favourable = true, failed = false;
  };
  static Verdict verdict_of(std::span<const TrialResult> results, const SizeTarget&);
  Verdict verdict_of(Claims&, TrialSimulator&, const Course&, const SizeTarget&) const;
  struct ReplicateRow {
    std::uint32_t replicate;
    std::size_t size, analysis, contrast;
    TrialResult result;
    std::int64_t in_reference, in_arm;  // patients
    double duration_months;
    std::size_t look;  // at which the trial ended, from 0
    boundaries::Decision reason;
  };
  void record_replicate(std::uint32_t replicate, Worker&, std::vector<ReplicateRow>* rows) const;
  double unbalance(const TrialData&, std::size_t n, const std::vector<double>& in_arm) const;
  void add_size(std::size_t size, const Course&, const TrialData&, double duration_months, Accumulator&) const;
  void add_events(std::size_t size, std::size_t analysis, Worker&) const;
  void add_looks(std::size_t size, const Course&, double duration_months, Accumulator&) const;
  void add_result(std::size_t cell, const TrialResult&, const TrueValue&, Worker&) const;
  bool saves_rows() const;
  void note_rejections(std::int64_t first_replicate, const std::vector<std::uint8_t>& rejected, Tally&) const;
  std::size_t words_of_rejections() const;
  Table table_of(const std::vector<ReplicateRow>&) const;
  Table table_of_looks(const Tally&) const;
  Table table_of_family(const Tally&) const;
  void add_family(std::size_t size, Worker&) const;
  Table table_of_closed_forms(const Tally&) const;
  Table table_of_expected_events() const;
  Table table_of_example_patients() const;
  Table table_of_wished_effect() const;
  std::vector<Conduct> conducts() const;  // [size]
  Conduct conduct_of(std::int64_t sample_size) const { return {sample_size, look_plans_->of(sample_size)}; }

  std::string scenario_;
  Study study_;
  std::shared_ptr<const ScaledEfficacy> scaled_;  // where an effect is wished for
  Evidence evidence_;
  std::shared_ptr<const PreparedTrial> trial_;
  std::optional<Family> family_;
  TrialLayout layout_;
  std::shared_ptr<const TrueValues> truth_;
  std::shared_ptr<const LookPlans> look_plans_;
  std::shared_ptr<Workers> workers_;
};

}  // namespace vcohort
