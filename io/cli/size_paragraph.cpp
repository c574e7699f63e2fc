#include "io/cli/size_paragraph.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <vector>

#include "engine/data_model/covariate_effects.hpp"
#include "engine/data_model/event_times.hpp"
#include "engine/data_model/stated_effects.hpp"
#include "engine/data_model/truth.hpp"
#include "engine/study/ratios.hpp"
#include "engine/study/trial_names.hpp"
#include "engine/study/word.hpp"
#include "engine/trial/expected_events.hpp"
#include "engine/trial/look_plan.hpp"
#include "engine/trial/trial_analysis.hpp"
#include "io/cli/version.hpp"

namespace vcohort {

namespace {

constexpr const char* justify = "[justify]";

/// Words of one line, broken between them.
std::string wrapped(const std::string& text) {
  constexpr std::size_t width = 100;
  std::istringstream words(text);
  std::string result, word;
  std::size_t column = 0;
  while (words >> word) {
    if (column > 0 && column + 1 + word.size() > width) {
      result += '\n';
      column = 0;
    }
    result += (column > 0 ? " " : "") + word;
    column += (column > 0 ? 1 : 0) + word.size();
  }
  return result + '\n';
}

using Units = analysis::Method::Units;

class Paragraph {
 public:
  Paragraph(const LoadedStudy& loaded, const Trial& trial, const SizeTarget& target, const SampleSizeGoal& goal,
            const SizedAnswer& of)
      : loaded_(loaded),
        study_(of.events ? with_events(loaded.reading.study, of.answer.sample_size) : loaded.reading.study),
        trial_(trial),
        protocol_(trial.prepared().protocol),
        design_(protocol_.design),
        plan_(design_.analyses[target.analysis]),
        target_(target),
        goal_(goal),
        of_(of) {}

  std::string text() {
    return wrapped(comparison()) + wrapped(hypothesis()) + wrapped(analysis()) + wrapped(assumptions()) +
           wrapped(answer()) + wrapped(conduct()) + wrapped(pessimistic()) + wrapped(computation());
  }

 private:
  std::string comparison() const {
    const std::string when =
        protocol_.by_visit()
            ? units_ == Units::periods || units_ == Units::steps
                  ? fmt::format("over {} periods that end at {} months", protocol_.visits_months.size(),
                                fmt::join(protocol_.visits_months, ", "))
                  : fmt::format("{:g} months after {}", plan_.visit_months, single_ ? "enrolment" : "randomisation")
            : fmt::format("over {:g} months of follow-up", protocol_.follow_up_months);
    std::string text =
        fmt::format("Comparison: {} ({}), {} {}{}, measured as {}.", of_.contrast, plan_.name,
                    study_.data_model ? "the outcome " + std::string(justify) : plan_.endpoint, when,
                    plan_.change_from_baseline ? ", as a change from baseline" : "", name_of(effect_scale(plan_)));
    std::vector<std::string> events;
    for (const IntercurrentEvent& event : design_.intercurrent)
      events.push_back(
          fmt::format("{} ({})", word(event_names, event.kind), word(event_strategy_names, event.strategy)));
    text += events.empty() ? fmt::format(" No intercurrent events are modelled {}.", justify)
                           : fmt::format(" Intercurrent events and strategies: {}.", fmt::join(events, ", "));
    return text;
  }

  std::string hypothesis() const {
    const bool margin = plan_.margin != 0;
    return fmt::format(
        "Hypothesis: {}{}{}, {} level {:g}{}.", word(hypothesis_names, plan_.hypothesis),
        margin ? fmt::format(" with a margin of {:g} on the {} scale {}", plan_.margin, name_of(effect_scale(plan_)),
                             justify)
               : "",
        single_ && !method_of(plan_).paired ? fmt::format(" to {:g} {}", plan_.against, justify) : "",
        one_sided() ? "one-sided" : "two-sided", one_sided() ? design_.alpha / design_.sides : design_.alpha,
        target_.contrasts.size() > 1 ? ", each of the contrasts alone, without adjustment: all must be shown" : "");
  }

  bool one_sided() const {
    return design_.sides == 1 || plan_.hypothesis != AnalysisPlan::Hypothesis::superiority || plan_.margin != 0;
  }

  std::string analysis() const {
    const analysis::Method& method = method_of(plan_);
    std::vector<std::string> adjusted = plan_.adjust;
    for (const std::string& covariate : plan_.adjust_by_visit) adjusted.push_back(covariate + " by visit");
    std::string text = fmt::format("Analysis: {}", method.meaning);
    if (!adjusted.empty()) text += fmt::format(" Covariates: {}.", fmt::join(adjusted, ", "));
    if (!plan_.stratify.empty()) text += fmt::format(" Strata: {}.", fmt::join(plan_.stratify, ", "));
    if (method.repeated)
      text += fmt::format(" Covariance: {}; degrees of freedom: {}. Missing visits are not imputed.", plan_.covariance,
                          plan_.df);
    else if (units_ == Units::periods)
      text += " Patients without both periods are left out.";
    else if (protocol_.by_visit())
      text += " Patients without the value are left out.";
    else
      text += " Patients who leave are followed until then.";
    return text;
  }

  std::string source() const {
    if (study_.data_model) return justify;
    if (const ScaledEfficacy* wished = trial_.scaled_efficacy())
      return fmt::format(
          "{} (wished for: the efficacy of the evidence '{}' is multiplied by {:.3g}; its own difference "
          "is {:.3g})",
          justify, of_.scenario, wished->scale, wished->own);
    return fmt::format("from the evidence '{}'", of_.scenario);
  }

  std::string assumptions() const {
    std::string text = fmt::format("Assumptions: {} {}.", of_.effect, source());
    if (study_.data_model && study_.data_model->kind == OutcomeKind::score) text += spreads();
    if (study_.data_model && study_.data_model->kind == OutcomeKind::binary) text += shares();
    if (study_.data_model) text += covariates();
    if (design_.design) text += correlations();
    if (study_.data_model && !seen_at_visits(study_.data_model->kind)) text += reference_law();
    if (design_.dropout) {
      const std::string over =
          protocol_.by_visit() ? "" : fmt::format(" over {:g} months of follow-up", protocol_.follow_up_months);
      double smallest = 1, largest = 0;
      for (const double lost : trial_.prepared().expected_dropout) {
        smallest = std::min(smallest, lost);
        largest = std::max(largest, lost);
      }
      text += smallest == largest
                  ? fmt::format(" Drop-out {:.1f} % of the patients{} {}.", 100 * largest, over, justify)
                  : fmt::format(" Drop-out {:.1f} to {:.1f} % of the patients of an arm {}.", 100 * smallest,
                                100 * largest, justify);
    } else {
      text += fmt::format(" No drop-out{} {}.",
                          design_.design && design_.design->has_clusters() ? " beyond that of the cluster sizes" : "",
                          justify);
    }
    return text;
  }

  /// Of times and counts under the reference.
  std::string reference_law() const {
    const DataModel& model = *study_.data_model;
    const DataModel::DataArm& arm = model.arms[static_cast<std::size_t>(design_.arms.front().strategy)];
    if (model.kind == OutcomeKind::count)
      return fmt::format(" Under the reference{}: {:g} events a month, dispersion {:g} {}.", of_whom(), arm.rate,
                         arm.dispersion, justify);
    const double median = time_at_survival(arm, 0.5), end = model.follow_up_months;
    return std::isfinite(median)
               ? fmt::format(" Under the reference{}: median {:.4g} months {}.", of_whom(), median, justify)
               : fmt::format(" Under the reference{}: {:.1f} % without the event after {:g} months {}.", of_whom(),
                             100 * survival_at(arm, end), end, justify);
  }

  /// Whether the numbers of arms speak of all patients.
  std::string of_whom() const {
    return is_conditional(*study_.data_model) ? ", of patients whose covariates stand at their reference" : "";
  }

  /// The shares of a binary outcome.
  std::string shares() const {
    const std::size_t visit = protocol_.visit_of_model(plan_);
    std::vector<std::string> arms;
    for (const Arm& arm : design_.arms)
      arms.push_back(fmt::format("{:.4g} % under {}",
                                 100 * study_.data_model->arms[static_cast<std::size_t>(arm.strategy)].share[visit],
                                 arm.name));
    return fmt::format(" Events{}: {} {}.", of_whom(), fmt::join(arms, ", "), justify);
  }

  /// What the patients bring with them, and what it does.
  std::string covariates() const {
    std::vector<std::string> said;
    for (const DataCovariate& covariate : study_.data_model->covariates) {
      if (covariate.is_site()) continue;
      std::string words = covariate.name;
      if (covariate.is_normal()) {
        words += fmt::format(" (mean {:g}, SD {:g})", covariate.mean, covariate.sd);
      } else {
        std::vector<std::string> levels;
        for (std::size_t level = 0; level < covariate.levels.size(); ++level)
          levels.push_back(fmt::format("{} {:.4g} %", covariate.levels[level], 100 * covariate.shares[level]));
        words += fmt::format(" ({})", fmt::join(levels, ", "));
      }
      if (!covariate.effect.empty())
        words += fmt::format(", which adds {:.4g} to the outcome on its own scale", fmt::join(covariate.effect, ", "));
      said.push_back(words);
    }
    return said.empty() ? "" : fmt::format(" Covariates of the patients: {} {}.", fmt::join(said, "; "), justify);
  }

  std::string spreads() const {
    const std::size_t visit = protocol_.visit_of_model(plan_);
    const DataModel& model = *study_.data_model;
    const int reference = design_.arms.front().strategy;
    const Spread spread = implied_spread(model, reference, visit, plan_.change_from_baseline).value();
    std::string text = fmt::format(" Under {}: mean {:g}, SD {:.4g} {}.", single_ ? "treatment" : "the reference",
                                   spread.mean, spread.sd, justify);
    for (std::size_t place = 1; place < design_.arms.size(); ++place) {
      const double other =
          implied_spread(model, design_.arms[place].strategy, visit, plan_.change_from_baseline).value().sd;
      if (other != spread.sd) text += fmt::format(" SD {:.4g} under {} {}.", other, design_.arms[place].name, justify);
    }
    const bool adjusted = std::any_of(plan_.adjust.begin(), plan_.adjust.end(), is_baseline) ||
                          std::any_of(plan_.adjust_by_visit.begin(), plan_.adjust_by_visit.end(), is_baseline);
    if (!adjusted) return text;
    const double rho = model.correlation[visit][0];
    const double raw = model.arms[static_cast<std::size_t>(reference)].sd[visit];
    return text + fmt::format(" Correlation with the baseline {:g} {}, residual SD {:.4g}.", rho, justify,
                              raw * std::sqrt(1 - rho * rho));
  }

  /// Within the units that are randomised.
  std::string correlations() const {
    const DataModel& model = *study_.data_model;
    if (units_ == Units::periods) {
      std::string text =
          fmt::format(" Correlation of the two periods of a patient {:g} {}.", model.correlation[0][1], justify);
      for (const DataModel::DataArm& arm : model.arms)
        if (arm.carry_over != 0) text += fmt::format(" Carry-over of {}: {:g} {}.", arm.name, arm.carry_over, justify);
      return text;
    }
    const UnitDesign& design = *design_.design;
    std::string text = fmt::format(" Intracluster correlation {:g} {}.", *model.intracluster_correlation, justify);
    if (model.cluster_autocorrelation != 1)
      text += fmt::format(" Cluster autocorrelation {:g} {}.", model.cluster_autocorrelation, justify);
    text += fmt::format(" {} patients a cluster{}", design.cluster_size,
                        units_ == Units::steps ? fmt::format(" in each of {} periods", design.groups + 1) : "");
    if (design.cluster_size_cv > 0) text += fmt::format(", coefficient of variation {:g}", design.cluster_size_cv);
    return text + fmt::format(" {}.", justify);
  }

  static bool is_baseline(const std::string& covariate) { return covariate == "baseline"; }

  std::string answer() const {
    const SampleSizeAnswer& answer = of_.answer;
    const int ratios = sum_of_ratios(design_);
    std::vector<std::string> arms;
    for (std::size_t place = 0; place < design_.arms.size(); ++place) {
      const Arm& arm = design_.arms[place];
      const double n = static_cast<double>(randomised_) * arm.ratio / ratios;
      std::string words = fmt::format("{}{} {:g}", units_ == Units::periods ? "first " : "", arm.name, n);
      if (protocol_.by_visit() && design_.dropout)
        words += fmt::format(" (of whom {:.0f} are expected to be seen)",
                             n * (1 - trial_.prepared().expected_dropout[place]));
      arms.push_back(words);
    }
    if (units_ == Units::steps)
      arms = {fmt::format("in {} groups of {:g} that cross over one after the other", design_.design->groups,
                          static_cast<double>(answer.sample_size) / design_.design->groups)};
    std::string text = fmt::format("Sample size: {} {} {}, {}", randomised_, single_ ? "enrolled" : "randomised",
                                   units_in_words_, fmt::join(arms, ", "));
    text +=
        of_.events
            ? fmt::format("; the analysis is at {} events", answer.sample_size)
            : fmt::format("; {}a multiple of {}",
                          goal_.first ? "the first number that reaches the target, which larger ones may miss; " : "",
                          goal_.multiple);
    text += fmt::format(
        ". They give {} {:.3f} (Monte Carlo standard error "
        "{:.3f}) for a target of {:g}; the number at which the target is crossed has the {:g} % interval {} to {}.",
        goal_.assurance ? "an assurance of" : "a power of", answer.power, answer.power_mcse, goal_.power,
        100 * goal_.level, answer.lower, answer.upper);
    if (!of_.formula.empty())
      text += fmt::format(
          " By formula, {}: power {:.3f}{}.", of_.formula, of_.formula_power,
          of_.formula_answer > 0 ? fmt::format(", and {} {} for the target", of_.formula_answer, what_) : "");
    return text;
  }

  std::string conduct() const {
    std::string text = "Conduct: ";
    const double last = trial_.prepared().accrual.months_until(static_cast<double>(randomised_));
    text += last > 0  ? fmt::format("the last {} comes after {:.1f} months {}.",
                                   units_in_words_ == "clusters" ? "cluster" : "patient", last, justify)
            : single_ ? "everybody is enrolled at once."
                      : "everybody is randomised at once.";
    text += end_of_trial();
    if (!design_.looks) {
      if (study_.data_model && study_.data_model->kind == OutcomeKind::survival) text += events();
      return text + " No interim analysis.";
    }
    const Looks& looks = *design_.looks;
    std::vector<std::string> fractions;
    for (const double fraction : looks.information) fractions.push_back(fmt::format("{:g}", fraction));
    const std::string rule =
        looks.efficacy.boundary
            ? fmt::format("{} bounds", word(boundary_names, *looks.efficacy.boundary))
            : fmt::format("spending function {}", word(spending_names, *looks.efficacy.spending.kind));
    const std::string maximum = looks.maximum > 0 ? fmt::format("maximum, {:g}", looks.maximum) : "maximum";
    text += fmt::format(" Looks by {} at {} of the {}, efficacy by {}, futility {}.",
                        word(look_timing_names, looks.timing), fmt::join(fractions, ", "), maximum, rule,
                        !looks.futility           ? "not at all"
                        : looks.futility->binding ? "binding"
                                                  : "not binding");
    if (looks.timing == Looks::Timing::events) text += events_of_looks();
    if (std::isfinite(of_.expected.value))
      text += fmt::format(" The number of patients above is the largest; {:.1f} are expected.", of_.expected.value);
    return text;
  }

  std::string end_of_trial() const {
    if (!design_.final) return {};
    std::vector<std::string> days;
    if (design_.final->events > 0) days.push_back(fmt::format("{:g} events", design_.final->events));
    if (design_.final->months > 0) days.push_back(fmt::format("{:g} months", design_.final->months));
    if (design_.final->followed_months > 0)
      days.push_back(fmt::format("{:g} months after the last patient", design_.final->followed_months));
    const bool later = design_.final->when == FinalAnalysis::When::later;
    return fmt::format(" The analysis is at {}{}.", fmt::join(days, " or "),
                       days.size() < 2 ? ""
                       : later         ? ", whichever is later"
                                       : ", whichever is earlier");
  }

  /// When each look is expected, if no earlier one ends the trial.
  std::string events_of_looks() const {
    const ExpectedEvents expected(*study_.data_model, design_, randomised_);
    std::vector<std::string> months;
    for (const double events : counts_of(*design_.looks, design_.looks->maximum)) {
      const std::optional<double> month = expected.months_until(events);
      months.push_back(fmt::format("{:g} events {}", events,
                                   month ? fmt::format("after {:.1f} months", *month) : "are not expected"));
    }
    return fmt::format(" Expected if no look ends the trial: {}.", fmt::join(months, ", "));
  }

  std::string events() const {
    if (trial_.prepared().dropout && trial_.prepared().dropout->depends_on_outcome()) return {};
    const ExpectedEvents expected(*study_.data_model, design_, randomised_);
    if (design_.final && design_.final->events > 0) {
      if (const std::optional<double> months = expected.months_until(design_.final->events))
        return fmt::format(" {:g} events are expected after {:.1f} months.", design_.final->events, *months);
      return " So many events are not expected of these patients: many trials end with everybody's follow-up.";
    }
    double end = expected.last_comes() + study_.data_model->follow_up_months;
    if (design_.final && design_.final->months > 0) end = std::min(end, design_.final->months);
    return fmt::format(" {:.1f} events are expected after {:.1f} months.", expected.of_all(end), end);
  }

  /// By formula, as a second search by simulation would cost as much as the first.
  std::string pessimistic() const {
    constexpr double weaker = 0.8;
    const std::string what = "Were the effect four fifths of the assumed one";
    if (of_.formula.empty() || single_ || plan_.hypothesis != AnalysisPlan::Hypothesis::superiority ||
        !study_.data_model)
      return what + ": not computed; change the study and ask again.";
    Study study = study_;
    study.data_model = with_effects_times(*study_.data_model, design_.arms.front().strategy, weaker);
    const Trial weak(study, loaded_.evidence.front());
    const auto power_at = [&](std::int64_t n) {
      if (!of_.events) return weak.closed_form(target_.analysis, target_.contrasts.front(), n).front().power;
      const Trial ended(with_events(study, n), loaded_.evidence.front());
      return ended.closed_form(target_.analysis, target_.contrasts.front(), randomised_).front().power;
    };
    const std::optional<std::int64_t> size = smallest_size_of(goal_, power_at);
    if (!size && !std::isfinite(power_at(goal_.largest / goal_.multiple * goal_.multiple)))
      return what + ": not computed, as the formula has no value there; change the study and ask again.";
    return size ? fmt::format("{}, {} {} would be needed by the same formula.", what, *size, what_)
                : fmt::format("{}, no number up to {} would do by the same formula.", what, goal_.largest);
  }

  std::string computation() const {
    return fmt::format(
        "Computed with vcohort {} ({}), by simulation of {} trials at the answer, seed {}, study {}{}. A research "
        "tool, no "
        "medical advice.",
        engine_version(), git_revision(), goal_.confirmation_replicates, study_.seed,
        loaded_.header.study_sha256.substr(0, 16),
        study_.data_model ? "" : ", evidence " + loaded_.header.evidence_sha256.substr(0, 16));
  }

  const LoadedStudy& loaded_;
  const Study study_;  // of the answer
  const Trial& trial_;
  const Protocol& protocol_;
  const TrialQuestion& design_;  // the reference first
  const AnalysisPlan& plan_;
  const SizeTarget& target_;
  const SampleSizeGoal& goal_;
  const SizedAnswer& of_;
  const bool single_ = protocol_.arms() == 1;
  const std::string_view units_in_words_ = units_of(design_), what_ = of_.events ? "events" : units_in_words_;
  const std::int64_t randomised_ = of_.events ? design_.sample_size.back() : of_.answer.sample_size;
  const Units units_ = protocol_.units();
};

}  // namespace

std::string size_paragraph(const LoadedStudy& loaded, const Trial& trial, const SizeTarget& target,
                           const SampleSizeGoal& goal, const SizedAnswer& of) {
  return Paragraph(loaded, trial, target, goal, of).text();
}

}  // namespace vcohort
