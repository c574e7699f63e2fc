#include "engine/study/beside_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "engine/study/hours.hpp"

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

bool ever_below(std::span<const Rehabilitation> blocks, double usual_hours) {
  return std::ranges::any_of(hours_over_time(blocks),
                             [&](const HoursFrom& from) { return from.blocks > 0 && from.hours < usual_hours; });
}

/// What all children receive: of the population and, in its place, of the trial, as far as the study asks of them.
std::vector<std::span<const Rehabilitation>> given_to_all(const Study& study) {
  std::vector<std::span<const Rehabilitation>> given;
  const bool own = study.trial && !study.trial->rehabilitation.empty();
  if (study.cohort || study.policy || !own) given.emplace_back(study.population.rehabilitation);
  if (own) given.emplace_back(study.trial->rehabilitation);
  return given;
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

std::vector<std::size_t> below_usual_hours(const Study& study, double usual_hours) {
  std::vector<std::size_t> found;
  for (std::size_t s = 0; s < study.strategies.size(); ++s) {
    const bool below = std::ranges::any_of(given_to_all(study), [&](std::span<const Rehabilitation> all) {
      return ever_below(together(study.strategies[s].rehabilitation, all), usual_hours);
    });
    if (below) found.push_back(s);
  }
  return found;
}

}  // namespace vcohort
