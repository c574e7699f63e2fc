#include "engine/run/plan.hpp"

#include <algorithm>

#include "engine/cohort/cohort.hpp"
#include "engine/policy/policy.hpp"
#include "engine/policy/research/research.hpp"
#include "engine/sensitivity/stages.hpp"
#include "engine/trial/trial.hpp"

namespace vcohort {

Plan::Plan(const Study& study, std::span<const Evidence> evidence) {
  if (study.cohort)
    for (const Evidence& stance : evidence) questions_.push_back(std::make_unique<Cohort>(study, stance));
  if (study.trial && study.trial->replicates > 0)  // a study that only analyses a data file simulates no trial
    for (const Evidence& stance : Trial::scenarios(study, evidence))
      questions_.push_back(std::make_unique<Trial>(study, stance));
  if (study.policy)
    for (const Evidence& stance : evidence) {
      auto policy = std::make_unique<Policy>(study, stance);
      for (auto& stage : sensitivity_stages(study, stance)) policy->add(std::move(stage));
      if (study.policy->research) policy->add(std::make_unique<Research>(study, stance));
      questions_.push_back(std::move(policy));
    }
  first_block_.push_back(0);
  for (const auto& question : questions_) first_block_.push_back(first_block_.back() + question->blocks());
}

Plan::Work Plan::work(std::int64_t block) const {
  const auto next = std::upper_bound(first_block_.begin(), first_block_.end(), block);
  const auto question = static_cast<std::size_t>(next - first_block_.begin()) - 1;
  return {question, block - first_block_[question]};
}

std::int64_t Plan::next_checkpoint(std::int64_t block) const {
  const Work at = work(block);
  return first_block_[at.question] + questions_[at.question]->next_checkpoint(at.block);
}

std::int64_t Plan::end_of_question(std::int64_t block) const {
  return first_block_[work(block).question + 1];
}

bool Plan::has_checkpoints() const {
  return std::any_of(questions_.begin(), questions_.end(),
                     [](const auto& q) { return q->next_checkpoint(0) < q->blocks(); });
}

std::int64_t Plan::patients_in(BlockSpan span) const {
  std::int64_t patients = 0;
  for (std::int64_t block = span.first; block < span.end; ++block) {
    const Work at = work(block);
    patients += questions_[at.question]->patients_in(at.block);
  }
  return patients;
}

std::vector<Tally> Plan::empty_tallies() const {
  std::vector<Tally> tallies;
  for (const auto& question : questions_) tallies.push_back(question->empty_tally());
  return tallies;
}

}  // namespace vcohort
