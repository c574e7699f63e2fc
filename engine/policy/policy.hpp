#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/cohort/strata.hpp"
#include "engine/evidence/evidence.hpp"
#include "engine/evidence/values.hpp"
#include "engine/policy/decision/psa.hpp"
#include "engine/policy/evppi_groups.hpp"
#include "engine/policy/layout.hpp"
#include "engine/policy/simulator.hpp"
#include "engine/policy/stage.hpp"
#include "engine/study/question.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// Question 3: which scheme, for whom, at what price, and how sure. Draw d of the uncertain parameters is replicate d,
/// for its patients too.
class Policy final : public Question {
 public:
  /// Throws InvalidInput where the evidence lacks what the study asks for.
  Policy(const Study&, const Evidence&);

  /// Adds an analysis whose blocks come behind the draws. Before the first block is simulated.
  void add(std::unique_ptr<PolicyStage> stage) { stages_.add(std::move(stage)); }

  std::string name() const override { return "policy"; }
  std::string scenario() const override { return evidence_.name; }
  std::int64_t blocks() const override;
  std::int64_t patients_in(std::int64_t block) const override;
  Tally empty_tally() const override;
  void simulate_block(std::int64_t block, Tally&, std::vector<Table>& rows) const override;
  std::vector<Table> deliver(const Tally&) const override;
  std::string compared_by() const override;
  std::vector<Table> compare(const Tally&, const Question& other, const Tally& of_other) const override;

  /// Draws are kept. The stages behind them may depend on all draws: their blocks are simulated again.
  std::int64_t blocks_kept(const Question& smaller) const override;
  Tally tally_kept(const Question& smaller, const Tally&) const override;

  const PolicyLayout& layout() const { return layout_; }
  const PolicySimulator& simulator() const { return simulator_; }
  const StrataMap& strata() const { return strata_; }
  const Study& study() const { return simulator_.study(); }
  const PolicyQuestion& question() const { return *study().policy; }
  const Evidence& evidence() const { return evidence_; }

  /// The parameters of a draw. Prices have their value in every draw unless the study says otherwise.
  ParameterValues draw(std::uint32_t number) const { return draws_.draw(study().seed, number); }

  /// Most patients of a block: a draw of more is done in several.
  static constexpr std::int64_t block_size = 16384;

 private:
  class Gatherer;
  std::int64_t blocks_per_draw() const;
  std::int64_t blocks_of_draws() const { return question().parameter_draws * blocks_per_draw(); }

  Evidence evidence_;
  PolicySimulator simulator_;
  ParameterDraws draws_;
  StrataMap strata_;
  PolicyLayout layout_;
  StageSequence stages_;
};

/// The evidence as [policy] draws from it: prices are fixed unless the study says otherwise.
Evidence evidence_for_draws(const Evidence&, const PolicyQuestion&);

/// The strata that the study reports, and those by GMFCS level, called "severity", which the equity table needs.
StrataMap policy_strata(const Study&);

/// The draws as decision analysis takes them, for the children of some leaves: draws without any are left out. With
/// `names`, the values of these parameters in each draw are added. The patient noise is the covariance between
/// patients, pooled over draws, times the mean of one over the patients of a draw.
Psa psa_of(const Policy&, const Tally&, const std::vector<std::size_t>& leaves,
           const std::vector<std::string>& names = {});

/// Covariance between patients within draws of (cost, then effect; increments but for the reference), pooled over the
/// draws [2 strategies][2 strategies].
Eigen::MatrixXd covariance_between_patients(const Policy&, const Tally&, const std::vector<std::size_t>& leaves);

}  // namespace vcohort
