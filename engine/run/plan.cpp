#include "engine/run/plan.hpp"

#include <algorithm>

#include "engine/cohort/cohort.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/policy/policy.hpp"
#include "engine/policy/research/research.hpp"
#include "engine/sensitivity/stages.hpp"
#include "engine/trial/trial.hpp"

namespace vcohort {

namespace {

std::shared_ptr<const Question> make_policy(const Study& study, const Evidence& stance) {
  auto policy = std::make_shared<Policy>(study, stance);
  for (auto& stage : sensitivity_stages(study, stance)) policy->add(std::move(stage));
  if (study.policy->research) policy->add(std::make_unique<Research>(study, stance));
  return policy;
}

/// A study that only analyses a data file simulates no trial.
bool simulates_trial(const Study& study) {
  return study.trial && study.trial->replicates > 0;
}

}  // namespace

std::shared_ptr<const Question> Plan::make(Kind kind, const Study& study, const Evidence& stance) {
  switch (kind) {
    case Kind::cohort:
      return std::make_shared<Cohort>(study, stance);
    case Kind::trial:
      return std::make_shared<Trial>(study, stance);
    case Kind::policy:
      break;
  }
  return make_policy(study, stance);
}

Plan::Plan(const Study& study, std::span<const Evidence> evidence) {
  const auto add_all = [&](Kind kind, std::size_t stances) {
    for (std::size_t k = 0; k < stances; ++k) add(kind, k, 0, make(kind, study, evidence[k]), true);
  };
  if (study.cohort) add_all(Kind::cohort, evidence.size());
  if (simulates_trial(study)) add_all(Kind::trial, Trial::scenarios(study, evidence).size());
  if (study.policy) add_all(Kind::policy, evidence.size());
}

Plan::Plan(std::shared_ptr<const Scenarios> scenarios) : scenarios_(std::move(scenarios)) {
  const Study first = scenarios_->make(0, 0).study;
  const auto add_all = [&](Kind kind, std::size_t stances) {
    for (std::size_t stance = 0; stance < stances; ++stance)
      for (std::size_t setting = 0; setting < scenarios_->settings(); ++setting) {
        const auto question = make(kind, stance, setting);
        add(kind, stance, setting, question, false);
        for (const std::size_t other : compared_with(entries_.size() - 1))
          require_comparable(*question, entries_[other]);
      }
  };
  if (first.cohort) add_all(Kind::cohort, scenarios_->stances());
  if (simulates_trial(first)) add_all(Kind::trial, first.data_model ? 1 : scenarios_->stances());
  if (first.policy) add_all(Kind::policy, scenarios_->stances());
}

void Plan::add(Kind kind, std::size_t stance, std::size_t setting, std::shared_ptr<const Question> question,
               bool keep) {
  const std::int64_t blocks = question->blocks();
  Entry entry{kind, stance, setting, question->name(), question->scenario()};
  if (!keep) entry.compared_by = question->compared_by();
  entry.has_checkpoints = question->next_checkpoint(0) < blocks;
  has_checkpoints_ = has_checkpoints_ || entry.has_checkpoints;
  first_block_.push_back(first_block_.back() + blocks);
  if (keep) {
    entry.kept = std::move(question);
  } else {
    patients_before_.push_back(patients_before_.back());
    for (std::int64_t block = 0; block < blocks; ++block) patients_before_.back() += question->patients_in(block);
  }
  entries_.push_back(std::move(entry));
}

void Plan::require_comparable(const Question& question, const Entry& other) const {
  if (question.compared_by() == other.compared_by) return;
  throw InvalidInput(explain(
      "the sweep cannot compare its settings",
      question.scenario() + " has " + question.compared_by() + ", and " + other.scenario + " " + other.compared_by,
      "sweep what they must agree in on an axis without compare"));
}

std::shared_ptr<const Question> Plan::question(std::size_t question) const {
  const Entry& entry = entries_.at(question);
  return entry.kept ? entry.kept : make(entry.kind, entry.stance, entry.setting);
}

std::shared_ptr<const Question> Plan::make(Kind kind, std::size_t stance, std::size_t setting) const {
  struct Owned {
    explicit Owned(Scenario made) : scenario(std::move(made)) {}
    const Scenario scenario;
    std::shared_ptr<const Question> question;  // points into the scenario
  };
  const auto owned = std::make_shared<Owned>(scenarios_->make(stance, setting));
  owned->question = make(kind, owned->scenario.study, owned->scenario.evidence);
  return {owned, owned->question.get()};
}

std::vector<std::size_t> Plan::compared_with(std::size_t question) const {
  std::vector<std::size_t> others;
  if (!scenarios_) return others;
  const std::size_t setting = entries_[question].setting;
  for (const std::size_t other : vcohort::compared_with(scenarios_->sweep(), setting))
    others.push_back(question - (setting - other));  // the settings of a question and stance stand together
  return others;
}

Plan::Work Plan::work(std::int64_t block) const {
  const auto next = std::upper_bound(first_block_.begin(), first_block_.end(), block);
  const auto question = static_cast<std::size_t>(next - first_block_.begin()) - 1;
  return {question, block - first_block_[question]};
}

std::int64_t Plan::next_checkpoint(std::int64_t block) const {
  const auto at = [&](std::size_t number, std::int64_t of_question) {
    return first_block_[number] + question(number)->next_checkpoint(of_question);
  };
  const Work here = work(block);
  if (entries_[here.question].has_checkpoints) return at(here.question, here.block);
  std::size_t next = here.question + 1;
  while (next < entries_.size() && !entries_[next].has_checkpoints) ++next;
  return first_block_[next];
}

std::int64_t Plan::end_of_question(std::int64_t block) const {
  return first_block_[work(block).question + 1];
}

std::int64_t Plan::patients_before(std::int64_t block) const {
  if (block == blocks()) return patients_before_.back();
  const Work at = work(block);
  const auto patients = static_cast<double>(patients_before_[at.question + 1] - patients_before_[at.question]);
  const double share = static_cast<double>(at.block) / static_cast<double>(blocks_of(at.question));
  return patients_before_[at.question] + static_cast<std::int64_t>(patients * share);
}

std::int64_t Plan::patients_in(BlockSpan span) const {
  if (scenarios_) return patients_before(span.end) - patients_before(span.first);
  std::int64_t patients = 0;
  for (std::int64_t block = span.first; block < span.end; ++block) {
    const Work at = work(block);
    patients += entries_[at.question].kept->patients_in(at.block);
  }
  return patients;
}

}  // namespace vcohort
