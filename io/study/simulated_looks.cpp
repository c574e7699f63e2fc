#include "io/study/simulated_looks.hpp"

#include <fmt/format.h>

#include "engine/analysis/methods.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/study/trial_names.hpp"
#include "engine/trial/look_plan.hpp"
#include "io/study/number_text.hpp"
#include "io/study/problems.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

void check_simulated_looks(const StudyReading& reading) {
  const Study& study = reading.study;
  if (study.trial && study.trial->final && study.policy && study.policy->research)
    throw InvalidInput(explain("the value of research is that of a trial that is complete",
                               "[policy.research] asks for it, and trial.final ends the trial on a day",
                               "remove one of the two"));
  if (!study.trial || !study.trial->looks || study.trial->arms.empty()) return;
  const TrialQuestion& trial = *study.trial;
  const Looks& looks = *trial.looks;
  Problems problems(reading.places.file_name);
  const auto refuse = [&](const std::string& problem, const std::string& why, const std::string& what_to_do) {
    problems.add(reading.places.looks, problem, why, what_to_do);
  };
  const std::string computed = "`vcohort boundaries` computes them without a simulation";
  const DataModel* endpoint =
      study.data_model ? endpoint_called(*study.data_model, trial.analyses.front().endpoint) : nullptr;
  const OutcomeKind kind = endpoint ? endpoint->kind : OutcomeKind::score;
  if (!trial.analyses.front().hierarchy.empty())
    refuse("a hierarchy has no looks", "what is known of it at a look is no share of its information",
           "remove [trial.looks], or analyse one endpoint first");
  if (trial.multiplicity)
    refuse("a family of claims has no looks", "the level of its later claims at a look is not computed",
           "remove [trial.looks] or [trial.multiplicity]");
  const bool events = looks.timing == Looks::Timing::events, months = looks.timing == Looks::Timing::months;
  const bool information = looks.timing == Looks::Timing::information;
  const AnalysisPlan& primary = trial.analyses.front();
  const analysis::Method* method = analysis::find_method(primary.method);
  if (kind == OutcomeKind::count && !information)
    refuse("looks at counts are due at information", "patients are known in part: " + computed,
           "write timing = \"information\", and maximum");
  else if (kind == OutcomeKind::survival && !events)
    refuse("looks at times to an event are due at numbers of events", computed,
           "write timing = \"events\", and maximum");
  else if (kind != OutcomeKind::survival && events)
    refuse("an outcome that is seen at visits has no events to count", computed, "write timing = \"primary outcome\"");
  else if (information && method && (!method->margin || method->responders || method->wins))
    refuse(fmt::format("the information of {} is not that of a standard error", quoted(primary.method)),
           "it is taken as 1 / SE^2",
           trial.arms.size() == 1 ? "count primary outcomes, or choose one-sample-t"
                                  : "count primary outcomes, or choose t, welch, ancova or mmrm");
  else if ((events || months) && looks.maximum <= 0)
    refuse(events ? "the number of events is not planned" : "the month of the last look is not planned",
           "looks are due at fractions of it",
           events ? "write maximum = 200, for instance" : "write maximum = 36, for instance");
  else if (months && looks.maximum > longest_months)
    refuse(fmt::format("the last look is at {} months", number_text(looks.maximum)),
           fmt::format("at most {:.0f} are simulated", longest_months), "write an earlier month");
  else if (events && looks.maximum < 1)
    refuse("less than one event is planned", "looks are due at fractions of it", "write maximum = 200, for instance");
  if (kind != OutcomeKind::survival && kind != OutcomeKind::count && trial.accrual.pieces.empty())
    refuse("every look would know all outcomes", "without trial.accrual everybody is randomised on the same day",
           "write accrual = { per_month = 5 }, for instance");
  if (trial.analyses.front().method == "bayes")
    refuse("a Bayesian rule has no bounds of looks", "its posterior probability decides", "use another analysis");
  if (!looks.observed.empty())
    refuse("\"observed\" has no place in a simulation", "each simulated trial has looks of its own",
           "remove it, or ask `vcohort boundaries`");
  if (looks.today)
    refuse("\"today\" has no place in a simulation", "each simulated trial has days of its own",
           "remove it, or ask `vcohort boundaries`");
  if (study.policy && study.policy->research)
    refuse("the value of research is that of a trial that is analysed once", "[policy.research] asks for it",
           "remove one of the two");
  for (const std::int64_t size : trial.sample_size) {
    if (!problems.empty()) break;
    if (events && looks.maximum > static_cast<double>(size))
      refuse(fmt::format("a trial of {} patients has no {} events", size, number_text(looks.maximum)),
             "each has one at most", "plan fewer events in \"maximum\", or more patients");
    else if (!LookPlan::fits(trial, size))
      refuse(fmt::format("a trial of {} patients has a look without news", size),
             "each look needs an outcome or an event more than the one before", "remove looks, or small sizes");
  }
  problems.throw_if_any();
}

}  // namespace vcohort
