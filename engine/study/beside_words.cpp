#include "engine/study/beside_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vcohort {

namespace {

bool same_hours(const Strategy& one, const Strategy& other) {
  const auto same = [](const Rehabilitation& x, const Rehabilitation& y) {
    return x.hours_per_week == y.hours_per_week && x.weeks == y.weeks && x.repeat == y.repeat &&
           x.every_weeks == y.every_weeks && x.start_months == y.start_months;
  };
  return std::equal(one.rehabilitation.begin(), one.rehabilitation.end(), other.rehabilitation.begin(),
                    other.rehabilitation.end(), same);
}

}  // namespace

std::string beside_cells_in_words(const Strategy& strategy) {
  std::vector<std::string> parts;
  for (const Rehabilitation& r : strategy.rehabilitation) {
    std::string text = fmt::format("rehabilitation {:g} hours a week", r.hours_per_week);
    text += r.weeks ? fmt::format(" for {:g} weeks", *r.weeks) : " throughout";
    if (r.repeat > 1) text += fmt::format(", {} times every {:g} weeks", r.repeat, r.every_weeks);
    if (r.start_months > 0) text += fmt::format(", from month {:g} on", r.start_months);
    parts.push_back(text);
  }
  if (const auto& use = strategy.procedure) {
    std::string text = name_of(use->procedure);
    if (use->times > 1) text += fmt::format(" {} times every {:g} months", use->times, use->every_months);
    parts.push_back(text);
  }
  if (strategy.eligibility) parts.emplace_back("usual care for children who are not eligible");
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::vector<std::pair<std::size_t, std::size_t>> unequal_hours_of(const Study& study) {
  std::vector<std::pair<std::size_t, std::size_t>> found;
  const auto compare = [&](std::size_t strategy, int with) {
    const auto reference = static_cast<std::size_t>(with);
    const Strategy& one = study.strategies.at(strategy);
    if (one.cells && !same_hours(one, study.strategies.at(reference))) found.emplace_back(strategy, reference);
  };
  for (std::size_t s = 0; s < study.strategies.size(); ++s) {
    if (study.cohort) compare(s, study.cohort->reference);
    if (study.policy) compare(s, study.policy->reference);
  }
  if (study.trial && !study.data_model && !study.trial->arms.empty()) {
    const auto reference = static_cast<std::size_t>(study.trial->reference);
    for (const Arm& arm : study.trial->arms)
      compare(static_cast<std::size_t>(arm.strategy), study.trial->arms.at(reference).strategy);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace vcohort
