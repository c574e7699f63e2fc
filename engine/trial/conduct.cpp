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
    course.primary = simulator.analyse(primary, course.cut);
  }
  return course;
}

void Conduct::look_until_it_ends(TrialSimulator& simulator, Course& course) {
  taken_.clear();
  for (std::size_t look = 0;; ++look) {
    const LookPlan::Due due = plan_->due(look, simulator.data(), simulator.trial().protocol, months_);
    const std::span<const TrialResult> results = simulator.analyse(primary, due.cut);
    decided_.assign(results.begin(), results.end());
    TrialResult& result = decided_.front();
    taken_.push_back({due.cut, due.count, result.ok()});
    Decision decision = due.last ? Decision::futility : Decision::go_on;
    const std::optional<boundaries::Bound> bound = plan_->bound(look, due);
    if (result.ok() && bound) decision = simulator.decide(primary, *bound, result.estimate);
    if (decision == Decision::go_on) continue;
    result.favourable = decision == Decision::efficacy;
    result.rejected = result.favourable || decision == Decision::reversed;
    course = {.look = due.last ? plan_->looks() - 1 : look,
              .cut = due.cut,
              .reason = decision,
              .primary = decided_,
              .looks = taken_};
    return;
  }
}

}  // namespace vcohort
