#include "io/cli/paragraph_conduct.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/numeric/elementary.hpp"
#include "engine/study/data_endpoints.hpp"
#include "engine/study/trial_names.hpp"
#include "engine/study/word.hpp"
#include "engine/trial/expected_events.hpp"
#include "engine/trial/look_plan.hpp"
#include "io/cli/expected_course.hpp"

namespace vcohort {

namespace {

std::string randomisation(const ParagraphSubject& of) {
  if (of.single) return "one arm. ";
  const Randomisation& how = of.design.randomisation;
  const bool blocks = how.method == Randomisation::Method::permuted_block;
  std::string text = blocks ? fmt::format("randomised in permuted blocks of {}", how.block)
                            : fmt::format("randomised by the method '{}'", word(randomisation_names, how.method));
  if (how.method == Randomisation::Method::minimisation || how.method == Randomisation::Method::biased_coin)
    text += fmt::format(" with probability {:g}", how.probability);
  const bool balances = how.method == Randomisation::Method::minimisation;
  if (!how.stratify.empty())
    text += fmt::format(", {} {}", balances ? "over" : "stratified by", fmt::join(how.stratify, ", "));
  return text + fmt::format(" {}. ", justify);
}

std::string accrual(const ParagraphSubject& of) {
  const double last = of.trial.prepared().accrual.months_until(static_cast<double>(of.randomised));
  if (last > 0)
    return fmt::format("The last {} comes after {:.1f} months {}.",
                       of.randomised_units == "clusters" ? "cluster"
                       : of.study.data_model             ? "patient"
                                                         : "child",
                       last, justify);
  return of.single ? "Everybody is enrolled at once." : "Everybody is randomised at once.";
}

std::string end_of_trial(const ParagraphSubject& of) {
  if (!of.design.final) return {};
  const FinalAnalysis& final = *of.design.final;
  std::vector<std::string> days;
  if (final.events > 0) days.push_back(fmt::format("{:g} events", final.events));
  if (final.months > 0) days.push_back(fmt::format("{:g} months", final.months));
  if (final.followed_months > 0)
    days.push_back(fmt::format("{:g} months after the last patient", final.followed_months));
  const bool later = final.when == FinalAnalysis::When::later;
  return fmt::format(" The analysis is at {}{}.", fmt::join(days, " or "),
                     days.size() < 2 ? ""
                     : later         ? ", whichever is later"
                                     : ", whichever is earlier");
}

/// The events by calendar time, where they have a law: that of the endpoint that is counted.
std::optional<ExpectedEvents> events_by_month(const ParagraphSubject& of) {
  const PreparedTrial& prepared = of.trial.prepared();
  const DataModel* model = of.model(of.design.analyses.front());
  const bool has_law = model && model->kind == OutcomeKind::survival &&
                       !of.protocol.ended_by_others(of.protocol.primary_slot()) &&
                       !(prepared.dropout && prepared.dropout->depends_on_outcome());
  return has_law ? std::optional(ExpectedEvents(*model, of.design, of.randomised)) : std::nullopt;
}

/// Without looks.
std::string events_at_the_end(const ParagraphSubject& of, const ExpectedEvents& expected) {
  const double wanted = of.design.final ? of.design.final->events : 0;
  if (wanted > 0) {
    if (const std::optional<double> months = expected.months_until(wanted))
      return fmt::format(" {:g} events are expected after {:.1f} months.", wanted, *months);
    return " So many events are not expected of these patients: many trials end with everybody's follow-up.";
  }
  const double end = of.design.final ? expected.final_day(*of.design.final) : expected.last_day();
  return fmt::format(" {:.1f} events are expected after {:.1f} months.", expected.of_all(end), end);
}

/// When each look at a number of events is expected, if no earlier one ends the trial.
std::string events_of_looks(const ParagraphSubject& of, const ExpectedEvents& expected) {
  std::vector<std::string> months;
  for (const double events : counts_of(*of.design.looks, of.design.looks->maximum)) {
    const std::optional<double> month = expected.months_until(events);
    months.push_back(
        fmt::format("{:g} events {}", events, month ? fmt::format("after {:.1f} months", *month) : "are not expected"));
  }
  return fmt::format(" Expected if no look ends the trial: {}.", fmt::join(months, ", "));
}

std::string in_words(const Spending& spending) {
  std::string text = fmt::format("spending function {}", word(spending_names, *spending.kind));
  if (spending.kind == Spending::Kind::hwang_shih_decani) text += fmt::format(" (gamma {:g})", spending.gamma);
  if (spending.kind == Spending::Kind::power) text += fmt::format(" (rho {:g})", spending.rho);
  return text;
}

std::string in_words(const EfficacyRule& rule) {
  if (!rule.boundary) return in_words(rule.spending);
  std::string text = fmt::format("{} bounds", word(boundary_names, *rule.boundary));
  if (rule.boundary == EfficacyRule::Boundary::wang_tsiatis) text += fmt::format(" (delta {:g})", rule.delta);
  if (rule.boundary == EfficacyRule::Boundary::haybittle_peto) text += fmt::format(" (z {:g})", rule.z);
  return text;
}

std::string in_words(const std::optional<FutilityRule>& rule) {
  if (!rule) return "not at all";
  const char* how = !rule->z.empty()                   ? "by z"
                    : !rule->conditional_power.empty() ? "by conditional power"
                    : !rule->predictive_power.empty()  ? "by predictive power"
                                                       : nullptr;
  return fmt::format("{} ({})", how ? how : "by " + in_words(rule->spending) + " of beta",
                     rule->binding ? "binding: the level counts on it" : "not binding: the level does not count on it");
}

std::string rules(const Looks& looks) {
  std::vector<std::string> fractions;
  for (const double fraction : looks.information) fractions.push_back(fmt::format("{:g}", fraction));
  return fmt::format(" Looks by {} at {} of the maximum{} {}: efficacy by {}, futility {}.",
                     word(look_timing_names, looks.timing), fmt::join(fractions, ", "),
                     looks.maximum > 0 ? fmt::format(", {:g}", looks.maximum) : "", justify, in_words(looks.efficacy),
                     in_words(looks.futility));
}

/// "21.3 (0.1)"
std::string with_error(const WithError& number) {
  return fmt::format("{:.1f} ({:.2g})", number.value, number.mcse);
}

std::string share_with_error(const WithError& share) {
  return fmt::format("{:.3f} ({:.3f})", share.value, share.mcse);
}

std::string bounds(const ExpectedCourse::Look& look, bool last, int sides) {
  if (last && !std::isfinite(look.efficacy_z)) return "no bound";
  std::string text =
      std::isfinite(look.efficacy_z)
          ? fmt::format("{} from {}z = {:.3f} on (one-sided p {:.2g})", last ? "significant" : "efficacy",
                        sides == 2 ? "+- " : "", look.efficacy_z, normal_cdf(-look.efficacy_z))
          : "no stop for efficacy";
  if (!last)
    text += std::isfinite(look.futility_z) ? fmt::format(", futility below z = {:.3f}", look.futility_z)
                                           : ", no stop for futility";
  return text;
}

std::string look_in_words(const ParagraphSubject& of, const ExpectedCourse& course, const ExpectedCourse& null,
                          std::size_t k) {
  const ExpectedCourse::Look& look = course.looks[k];
  const bool last = k + 1 == course.looks.size(), survival = of.design.looks->timing == Looks::Timing::events;
  std::string text = fmt::format(
      "Look {} of {}, at {:.4g} of the information: in the trials that come to it after {} months, with {} {} "
      "randomised and {} {}; {}.",
      k + 1, course.looks.size(), look.information, with_error(look.months), with_error(look.enrolled),
      of.randomised_units, with_error(look.known), survival ? "events" : "primary outcomes",
      bounds(look, last, of.design.sides));
  text += fmt::format(" Trials that end here as significant: {}, without an effect {}", share_with_error(look.stops),
                      share_with_error(null.looks[k].stops));
  if (!last && std::isfinite(look.futility_z))
    text += fmt::format("; as futile: {}, without an effect {}", share_with_error(look.gives_up),
                        share_with_error(null.looks[k].gives_up));
  return text + '.';
}

std::string expected_in_words(const ParagraphSubject& of, const ExpectedCourse& course) {
  std::string text;
  if (of.ended_by_a_day) text += fmt::format("{} {}, ", with_error(course.patients), of.randomised_units);
  if (std::isfinite(course.events.value)) text += fmt::format("{} events, ", with_error(course.events));
  text += fmt::format("{} months", with_error(course.months));
  if (of.design.dropout)
    text += fmt::format(", {:.1f} % ({:.2g}) of the {} lost by then", 100 * course.lost.value, 100 * course.lost.mcse,
                        of.people);
  return text;
}

std::string maximum(const ParagraphSubject& of) {
  if (!of.design.looks) return {};
  const bool by_events = of.design.looks->timing == Looks::Timing::events;
  return fmt::format(" The maximum is {} {}{}.", of.randomised, of.randomised_units,
                     by_events ? fmt::format(" and {:g} events", of.design.looks->maximum) : "");
}

std::string claims_in_words(const ExpectedCourse& course) {
  std::vector<std::string> claims;
  for (const ExpectedCourse::Claim& claim : course.claims)
    claims.push_back(fmt::format("{} {}", claim.name, share_with_error(claim.power)));
  return fmt::format("Power of the claims, as the procedure allows them: {}.", fmt::join(claims, ", "));
}

}  // namespace

std::vector<std::string> conduct_in_words(const ParagraphSubject& of) {
  std::string how = "Conduct: " + randomisation(of) + accrual(of) + end_of_trial(of);
  const std::optional<ExpectedEvents> expected = events_by_month(of);
  if (of.design.looks) {
    how += rules(*of.design.looks);
    if (expected && of.design.looks->timing == Looks::Timing::events) how += events_of_looks(of, *expected);
  } else {
    if (expected) how += events_at_the_end(of, *expected);
    how += " No interim analysis.";
  }
  std::vector<std::string> paragraphs = {how};
  const bool has_events = of.protocol.kind[of.protocol.primary_slot()] == OutcomeKind::survival;
  if (!of.ended_by_a_day && !has_events && !of.design.multiplicity) return paragraphs;
  constexpr std::int64_t most = 5000;
  const auto simulate = [&, replicates = std::min(of.goal.confirmation_replicates, most)](const Study& study) {
    return expected_course(study, of.evidence(), of.randomised, replicates);
  };
  const ExpectedCourse course = simulate(of.study);
  if (of.ended_by_a_day || has_events) {
    const ExpectedCourse null = simulate(without_effect(of.study));
    for (std::size_t k = 0; k < course.looks.size(); ++k) paragraphs.push_back(look_in_words(of, course, null, k));
    paragraphs.push_back(fmt::format("Expected (Monte Carlo standard error): {}; without an effect {}.{}",
                                     expected_in_words(of, course), expected_in_words(of, null), maximum(of)));
  }
  if (!course.claims.empty()) paragraphs.push_back(claims_in_words(course));
  return paragraphs;
}

}  // namespace vcohort
