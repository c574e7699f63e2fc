#include "engine/trial/conduct.hpp"

namespace vcohort {

using boundaries::Decision;

namespace {
constexpr std::size_t primary = 0;
}

Course Conduct::conduct_replicate(TrialSimulator& simulator) {
  Course course;
  course.cut.enrolled = static_cast<std::size_t>(patients_);
  if (plan_) {
    look_until_it_ends(simulator, course);
  } else {
    const TrialQuestion& design = simulator.trial().protocol.design;
    if (design.final) course.cut = final_cut(*design.final, simulator.data(), course.cut.enrolled, months_);
    course.primary = simulator.analyse(primary, course.cut);
  }
  return course;
}

void Conduct::look_until_it_ends(TrialSimulator& simulator, Course& course) {
  const Protocol& protocol = simulator.trial().protocol;
  taken_.clear();
  information_.clear();
  for (std::size_t look = 0;; ++look) {
    const LookPlan::Due due = plan_->by_information()
                                  ? search_by_information(look, taken_.empty() ? 0 : step_, simulator)
                                  : plan_->due(look, simulator.data(), protocol, months_);
    if (!LookPlan::has_news(information_, due)) continue;
    const std::span<const TrialResult> results = simulator.analyse(primary, due.cut);
    decided_.assign(results.begin(), results.end());
    TrialResult& result = decided_.front();
    taken_.push_back({look, due.cut, due.count, due.information, result.ok()});
    Decision decision = due.last ? Decision::futility : Decision::go_on;
    const std::optional<boundaries::Bound> bound = plan_->bound(look, information_, due);
    if (result.ok() && bound) decision = simulator.decide(primary, *bound, result.estimate);
    information_.push_back(due.information);
    if (decision == Decision::go_on) continue;
    result.favourable = decision == Decision::efficacy;
    result.rejected = result.favourable || decision == Decision::reversed;
    if (due.last) taken_.back().look = plan_->looks() - 1;
    course = {.look = taken_.back().look, .cut = due.cut, .reason = decision, .primary = decided_, .looks = taken_};
    return;
  }
}

/// Information that is enough is taken as planned; what the end of the trial is short of, to three digits.
LookPlan::Due Conduct::search_by_information(std::size_t look, std::int64_t after, TrialSimulator& simulator) {
  const Protocol& protocol = simulator.trial().protocol;
  for (step_ = after + 1;; ++step_) {
    LookPlan::Due due = plan_->at_step(step_, simulator.data(), protocol);
    if (!plan_->may_ask(due)) continue;
    const TrialResult& result = simulator.analyse(primary, due.cut).front();
    const double se = result.estimate.se, seen = result.ok() && se > 0 ? 1 / (se * se) : 0.0;
    if (!due.last && !plan_->enough(look, seen)) continue;
    due.information = due.last ? plan_->share_of(seen) : plan_->planned(look);
    due.last = due.last || look + 1 == plan_->looks();
    return due;
  }
}

}  // namespace vcohort
