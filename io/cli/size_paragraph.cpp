#include "io/cli/size_paragraph.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <vector>

#include "engine/data_model/stated_effects.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/study/ratios.hpp"
#include "engine/study/trial_names.hpp"
#include "engine/study/word.hpp"
#include "engine/trial/sized_effect.hpp"
#include "engine/trial/trial_analysis.hpp"
#include "engine/trial/wished_effect.hpp"
#include "io/cli/count_in_parallel.hpp"
#include "io/cli/paragraph_assumptions.hpp"
#include "io/cli/paragraph_conduct.hpp"
#include "io/cli/paragraph_subject.hpp"
#include "io/cli/sized_trials.hpp"
#include "io/cli/version.hpp"

namespace vcohort {

namespace {

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
using Aim = AnalysisPlan::Hypothesis;

class Paragraph {
 public:
  explicit Paragraph(const ParagraphSubject& of) : of_(of), design_(of.design) {}

  std::string text() {
    std::string text;
    for (const std::size_t analysis : of_.analyses) {
      const AnalysisPlan& plan = of_.plan(analysis);
      text += wrapped(comparison(plan)) + wrapped(hypothesis(plan)) + wrapped(how_analysed(plan)) +
              wrapped(assumptions_of_endpoint(of_, analysis));
    }
    text += wrapped("Of the whole trial:" + intercurrent() + assumptions_of_trial(of_)) + wrapped(multiplicity()) +
            wrapped(answer());
    for (const std::string& said : conduct_in_words(of_)) text += wrapped(said);
    return text + wrapped(pessimistic()) + wrapped(computation());
  }

 private:
  std::string comparison(const AnalysisPlan& plan) const {
    std::string text =
        fmt::format("Comparison: {} ({}), {}, {}{}, measured as {}.", of_.of.contrast, plan.name, outcome(plan),
                    when(plan), plan.change_from_baseline ? ", as a change from baseline" : "",
                    of_.of_logarithms(plan) ? "ratio of geometric means" : name_of(effect_scale(plan)));
    for (const Subgroup& subgroup : plan.where)
      text += fmt::format(" Only of {} whose {} is {}.", of_.people, subgroup.covariate,
                          fmt::join(subgroup.levels, " or "));
    if (!plan.interaction.empty())
      text += fmt::format(" The effect in the second level of {} less that in the first.", plan.interaction);
    return text;
  }

  std::string outcome(const AnalysisPlan& plan) const {
    if (is_hierarchical(plan)) {
      std::vector<std::string> levels;
      for (const HierarchyLevel& level : plan.hierarchy)
        levels.push_back(
            level.endpoint + (level.visit_months > 0 ? fmt::format(" at {:g} months", level.visit_months) : "") +
            (level.smallest_win > 0 ? fmt::format(" (a difference up to {:g} is a tie)", level.smallest_win) : ""));
      return fmt::format("the hierarchy {} {}", fmt::join(levels, ", then "), justify);
    }
    if (!of_.study.data_model) return plan.endpoint;
    return fmt::format("{} {}", of_.study.data_model->endpoints.empty() ? "the outcome" : plan.endpoint, justify);
  }

  std::string when(const AnalysisPlan& plan) const {
    const Protocol& protocol = of_.protocol;
    const char* start = of_.single ? "enrolment" : "randomisation";
    if (of_.units == Units::periods || of_.units == Units::steps)
      return fmt::format("over {} periods that end at {} months", protocol.visits_months.size(),
                         fmt::join(protocol.visits_months, ", "));
    const std::size_t slot = protocol.slot_of(plan);
    if (!is_hierarchical(plan) && protocol.by_visit(slot))
      return fmt::format("{:g} months after {}", plan.visit_months, start);
    if (plan.at_months > 0) return fmt::format("{:g} months after {}", plan.at_months, start);
    if (plan.tau_months > 0) return fmt::format("over the {:g} months after {}", plan.tau_months, start);
    if (of_.ended_by_a_day) return fmt::format("from {} to the analysis of the trial (see Conduct)", start);
    return fmt::format("over {:g} months of follow-up",
                       is_hierarchical(plan) ? protocol.follow_up_months : protocol.follow_up[slot]);
  }

  std::string intercurrent() const {
    std::vector<std::string> events;
    for (const IntercurrentEvent& event : design_.intercurrent)
      events.push_back(
          fmt::format("{} ({})", word(event_names, event.kind), word(event_strategy_names, event.strategy)));
    return events.empty() ? fmt::format(" No intercurrent events are modelled {}.", justify)
                          : fmt::format(" Intercurrent events and strategies: {}.", fmt::join(events, ", "));
  }

  std::string hypothesis(const AnalysisPlan& plan) const {
    if (of_.of.precision) return fmt::format("Precision: {}; no hypothesis is tested.", of_.of.effect);
    return fmt::format(
        "Hypothesis: {}{}{}, {} level {:g}{}.", word(hypothesis_names, plan.hypothesis), margin(plan),
        of_.single && !method_of(plan).paired ? fmt::format(" to {:g} {}", plan.against, justify) : "",
        one_sided(plan) ? "one-sided" : "two-sided", one_sided(plan) ? design_.alpha / design_.sides : design_.alpha,
        of_.target.contrasts.size() > 1 ? ", each of the contrasts alone, without adjustment: all must be shown" : "");
  }

  /// On the scale that protocols state, and the logarithm where the analysis is of one.
  std::string margin(const AnalysisPlan& plan) const {
    if (plan.margin == 0) return {};
    const bool geometric = of_.of_logarithms(plan);
    const std::string scale = geometric ? "ratio of geometric means" : std::string(name_of(effect_scale(plan)));
    if (!geometric && !is_log_ratio(effect_scale(plan)))
      return fmt::format(" with a margin of {:g} on the {} scale {}", plan.margin, scale, justify);
    const std::string ratio = geometric ? scale : scale.substr(std::string_view("log ").size());
    if (plan.hypothesis == Aim::equivalence)
      return fmt::format(" with the limits {:.4g} and {:.4g} of the {} (logarithms -{:.4g} and {:.4g}) {}",
                         exp_of(-plan.margin), exp_of(plan.margin), ratio, plan.margin, plan.margin, justify);
    const bool higher =
        analysis::better_direction(method_of(plan), outcome_of(plan, of_.protocol)) == analysis::Better::higher;
    const double limit = higher == (plan.hypothesis == Aim::superiority) ? plan.margin : -plan.margin;
    return fmt::format(" with a margin of {:.4g} of the {} (logarithm {:.4g}) {}", exp_of(limit), ratio, limit,
                       justify);
  }

  bool one_sided(const AnalysisPlan& plan) const {
    return design_.sides == 1 || plan.hypothesis != Aim::superiority || plan.margin != 0;
  }

  std::string how_analysed(const AnalysisPlan& plan) const {
    const analysis::Method& method = method_of(plan);
    std::vector<std::string> adjusted = plan.adjust;
    for (const std::string& covariate : plan.adjust_by_visit) adjusted.push_back(covariate + " by visit");
    std::string text = fmt::format("Analysis: {}", method.meaning);
    if (!adjusted.empty()) text += fmt::format(" Covariates: {}.", fmt::join(adjusted, ", "));
    if (!plan.stratify.empty()) text += fmt::format(" Strata: {}.", fmt::join(plan.stratify, ", "));
    if (method.repeated)
      return text + fmt::format(" Covariance: {}; degrees of freedom: {}. Missing visits are not imputed.",
                                plan.covariance, plan.df);
    if (of_.units == Units::periods) return text + fmt::format(" Patients without both periods are left out.");
    if (is_hierarchical(plan)) return text + " A comparison that is not known counts as a tie at its level.";
    const std::size_t slot = of_.protocol.slot_of(plan);
    if (of_.protocol.by_visit(slot))
      return text + fmt::format(" {} without the value are left out.", of_.study.data_model ? "Patients" : "Children");
    return text + (of_.protocol.kind[slot] == OutcomeKind::count ? " Patients who leave are followed until then."
                                                                 : " Patients who leave are censored then.");
  }

  /// What else is analysed, and at which level.
  std::string multiplicity() const {
    if (!design_.multiplicity) {
      std::vector<std::string> others;
      for (const AnalysisPlan& plan : design_.analyses)
        if (plan.name != of_.plan(of_.analyses.front()).name) others.push_back(plan.name);
      return others.empty() ? "Multiplicity: one analysis."
                            : fmt::format(
                                  "Multiplicity: none of the other analyses ({}) is part of the claim, and no "
                                  "level is adjusted for them {}.",
                                  fmt::join(others, ", "), justify);
    }
    const Multiplicity& asked = *design_.multiplicity;
    std::string text = fmt::format("Multiplicity: {} ", fmt::join(asked.primaries, ", "));
    switch (asked.rule) {
      case Multiplicity::Rule::all:
        text += "are co-primary: all must be shown, each at the whole level";
        break;
      case Multiplicity::Rule::holm:
        text += fmt::format("are claimed by Holm's steps with the weights {:g}", fmt::join(asked.weights, ", "));
        break;
      case Multiplicity::Rule::bonferroni:
        text += fmt::format("are claimed each at its share of the level, {:g}", fmt::join(asked.weights, ", "));
    }
    if (!asked.sequence.empty())
      text += fmt::format("; once all are, {} in this order at the whole level, each as long as all before it were",
                          fmt::join(asked.sequence, ", "));
    return text + fmt::format(" {}.", justify);
  }

  std::string arms() const {
    const int ratios = sum_of_ratios(design_);
    if (of_.units == Units::steps)
      return fmt::format("in {} groups of {:g} that cross over one after the other", design_.design->groups,
                         static_cast<double>(of_.of.answer.sample_size) / design_.design->groups);
    std::vector<std::string> arms;
    for (std::size_t place = 0; place < design_.arms.size(); ++place) {
      const Arm& arm = design_.arms[place];
      const double n = static_cast<double>(of_.randomised) * arm.ratio / ratios;
      std::string words = fmt::format("{}{} {:g}", of_.units == Units::periods ? "first " : "", arm.name, n);
      if (of_.protocol.by_visit() && design_.dropout)
        words += fmt::format(" (of whom {:.0f} are expected to be seen)",
                             n * (1 - of_.trial.prepared().expected_dropout[place]));
      arms.push_back(words);
    }
    std::string text = fmt::format("{}", fmt::join(arms, ", "));
    if (design_.design && design_.design->has_clusters())
      text += fmt::format(", {} patients in all", of_.randomised * design_.design->cluster_size);
    return text;
  }

  std::string answer() const {
    const SampleSizeAnswer& answer = of_.of.answer;
    const SampleSizeGoal& goal = of_.goal;
    std::string text = fmt::format("Sample size: {} {} {}, {}", of_.randomised, of_.single ? "enrolled" : "randomised",
                                   of_.randomised_units, arms());
    if (of_.of.events)
      text += fmt::format("; the {} at {} events", design_.looks ? "last look is" : "analysis is", answer.sample_size);
    else if (goal.first)
      text += "; the first number that reaches the target, which larger ones may miss";
    if (!of_.of.events && goal.multiple > 1) text += fmt::format("; a multiple of {}", goal.multiple);
    const char* reached = goal.assurance     ? "an assurance of"
                          : of_.of.precision ? "such an interval with the probability"
                                             : "a power of";
    text += fmt::format(
        ". They give {} {:.3f} (Monte Carlo standard error {:.3f}) for a target of {:g}; the number at which the "
        "target "
        "is crossed has the {:g} % interval {} to {}.",
        reached, answer.power, answer.power_mcse, goal.power, 100 * goal.level, answer.lower, answer.upper);
    if (!of_.of.formula.empty())
      text += fmt::format(
          " By formula, {}: power {:.3f}{}.", of_.of.formula, of_.of.formula_power,
          of_.of.formula_answer > 0 ? fmt::format(", and {} {} for the target", of_.of.formula_answer, counted()) : "");
    return text;
  }

  std::string_view counted() const { return of_.of.events ? "events" : of_.randomised_units; }

  /// By formula, as a second search by simulation would cost as much as the first.
  /// N at four fifths of the effect: by the formula of the answer, else by a short search.
  std::string pessimistic() const {
    if (of_.of.precision)
      return "The width does not depend on the effect, but on the spread: change that and ask again.";
    const bool cells = !of_.study.data_model.has_value();
    const std::string what =
        fmt::format("Were the {} four fifths of the assumed one", cells ? "efficacy of the cells" : "effect");
    const AnalysisPlan& plan = of_.plan(of_.analyses.front());
    if (of_.single || plan.hypothesis != Aim::superiority)
      return what + ": not computed; change the study and ask again.";
    Study study = of_.study;
    if (!cells) study.data_model = with_effects_times(*study.data_model, design_.arms.front().strategy, weaker);
    study.trial->wished_effect.reset();
    const Evidence evidence = cells ? with_efficacy_times(of_.evidence(), weaker) : of_.evidence();
    const bool by_formula = !of_.of.formula.empty() && !of_.target.family && !cells;
    return what + ", " + (by_formula ? size_by_formula(study, evidence) : size_by_simulation(study, evidence));
  }

  std::string size_by_formula(const Study& study, const Evidence& evidence) const {
    SizedTrials trials(study, evidence, of_.of.events);
    const auto power_at = [&](std::int64_t n) {
      const std::size_t contrast = of_.target.contrasts.front();
      return trials.at(n).closed_form(of_.target.analysis, contrast, trials.patients(n)).front().power;
    };
    const SampleSizeGoal& goal = of_.goal;
    if (const std::optional<std::int64_t> size = smallest_size_of(goal, power_at))
      return fmt::format("{} {} would be needed by the same formula.", *size, counted());
    const bool ends = !std::isfinite(power_at(goal.largest / goal.multiple * goal.multiple));
    return ends ? "the formula has no value at so many: change the study and ask again."
                : fmt::format("no number up to {} would do by the same formula.", goal.largest);
  }

  std::string size_by_simulation(const Study& study, const Evidence& evidence) const {
    constexpr std::int64_t search = 2000, confirmation = 4000;
    SampleSizeGoal goal = of_.goal;
    goal.search_replicates = std::min(goal.search_replicates, search);
    goal.confirmation_replicates = std::min(goal.confirmation_replicates, confirmation);
    SizedTrials trials(to_be_counted(study), evidence, of_.of.events);
    const SampleSizeAnswer answer = find_sample_size(goal, [&](std::int64_t n, std::int64_t from, std::int64_t to) {
      return count_in_parallel(trials.at(n), trials.patients(n), from, to, of_.target);
    });
    if (!answer.found) return fmt::format("no number up to {} would do by simulation.", goal.largest);
    return fmt::format(
        "{} {} would be needed by a short simulation (95 % interval {} to {}; power there {:.3f}, Monte Carlo standard "
        "error {:.3f}).",
        answer.sample_size, counted(), answer.lower, answer.upper, answer.power, answer.power_mcse);
  }

  std::string computation() const {
    return fmt::format(
        "Computed with vcohort {} ({}), by simulation of {} trials at the answer, seed {}, study {}{}. A research "
        "tool, no medical advice.",
        engine_version(), git_revision(), of_.goal.confirmation_replicates, of_.study.seed,
        of_.loaded.header.study_sha256.substr(0, 16),
        of_.study.data_model ? "" : ", evidence " + of_.loaded.header.evidence_sha256.substr(0, 16));
  }

  static constexpr double weaker = 0.8;  // of the effect, where designers ask what if

  const ParagraphSubject& of_;
  const TrialQuestion& design_;  // the reference first
};

}  // namespace

std::string size_paragraph(const LoadedStudy& loaded, const Trial& trial, const SizeTarget& target,
                           const SampleSizeGoal& goal, const SizedAnswer& of) {
  const ParagraphSubject subject(loaded, trial, target, goal, of);
  return Paragraph(subject).text();
}

}  // namespace vcohort
