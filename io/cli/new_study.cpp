#include "io/cli/new_study.hpp"

#include <fmt/format.h>
#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <vector>

#include "engine/numeric/errors.hpp"
#include "engine/study/endpoints.hpp"
#include "engine/trial/sample_size.hpp"
#include "io/cli/count_in_parallel.hpp"
#include "io/cli/load_study.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

/// A kind of outcome of a trial, with values to begin with.
struct Outcome {
  std::string_view name;
  std::string_view value;  // what its two numbers are
  double control, active;
  bool lower_is_better;
  bool larger_is_more_events;      // else fewer, as of a median time
  std::string_view lower, higher;  // the direction in words
};
constexpr Outcome outcomes[] = {
    {"continuous", "mean", 50, 56, false, true, "a lower mean is better", "a higher mean is better"},
    {"binary", "share who have it", 0.5, 0.3, true, true, "fewer who have it is better", "more who have it is better"},
    {"count", "events a month", 0.1, 0.07, true, true, "fewer events are better", "more events are better"},
    {"survival", "median months to the event", 12, 18, true, false, "the event is unwanted: a longer time is better",
     "the event is wanted: a shorter time is better"}};

const Outcome* find_outcome(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(outcomes), std::end(outcomes), [&](const Outcome& o) { return o.name == name; });
  return found == std::end(outcomes) ? nullptr : found;
}

[[noreturn]] void refuse_endpoint(const NewStudy& study, const std::vector<std::string_view>& known) {
  throw InvalidInput(
      explain(fmt::format("there is no endpoint {}", vcohort::quoted(study.endpoint)), "", did_you_mean(study.endpoint, known)));
}

NewStudy completed_trial(NewStudy study) {
  if (study.endpoint.empty()) study.endpoint = "continuous";
  const Outcome* outcome = find_outcome(study.endpoint);
  if (!outcome) {
    std::vector<std::string_view> known;
    for (const Outcome& of : outcomes) known.push_back(of.name);
    refuse_endpoint(study, known);
  }
  const bool is_template = !study.control && !study.active;
  if (!is_template && (!study.control || !study.active))
    throw InvalidInput(explain("one arm has no value", "", "give --control and --active"));
  if (!is_template && !study.lower_is_better)
    throw InvalidInput(
        explain("the direction of benefit is not said", "", "add --lower-is-better or --higher-is-better"));
  if (!is_template && study.endpoint == "continuous" && !study.sd)
    throw InvalidInput(explain("a mean alone has no power", "", "give the standard deviation with --sd"));
  if (study.sd && study.endpoint != "continuous")
    throw InvalidInput(explain("--sd says nothing here", "the outcome is " + study.endpoint, "leave it out"));
  if (study.dispersion && study.endpoint != "count")
    throw InvalidInput(explain("--dispersion says nothing here", "the outcome is " + study.endpoint, "leave it out"));
  if (!study.lower_is_better) study.lower_is_better = outcome->lower_is_better;
  if (is_template) {
    study.control = outcome->control;
    study.active = outcome->active;
    if (*study.lower_is_better != outcome->lower_is_better) std::swap(study.control, study.active);
  }
  if (study.endpoint == "continuous" && !study.sd) study.sd = 10;
  if (study.endpoint == "count" && !study.dispersion) study.dispersion = 0.5;
  const bool active_is_lower =
      outcome->larger_is_more_events ? *study.active < *study.control : *study.active > *study.control;
  if (*study.active == *study.control || active_is_lower != *study.lower_is_better)
    throw InvalidInput(
        explain(fmt::format("the active arm is not better ({} against {})", *study.active, *study.control),
                std::string(*study.lower_is_better ? outcome->lower : outcome->higher),
                "correct a value, or the direction of benefit"));
  return study;
}

NewStudy completed_by_the_model(NewStudy study) {
  const bool policy = study.kind == NewStudy::Kind::policy;
  if (study.control || study.active || study.sd || study.dispersion)
    throw InvalidInput(explain("values of arms belong to a trial",
                               "in a cohort and in policy they come from the disease model",
                               "leave them out, or use --kind trial"));
  if (study.endpoint.empty()) study.endpoint = policy ? "qaly" : "gmfm66";
  std::vector<std::string_view> known = {"qaly", "gmfm66", "responder"};
  bool lower = false;
  if (!policy) {
    known.clear();
    for (const Endpoint& endpoint : all_endpoints()) known.push_back(endpoint.name);
    if (const Endpoint* endpoint = find_endpoint(study.endpoint)) lower = endpoint->lower_is_better;
  }
  if (std::find(known.begin(), known.end(), study.endpoint) == known.end()) refuse_endpoint(study, known);
  if (study.lower_is_better.value_or(lower) != lower)
    throw InvalidInput(explain(fmt::format("of {} {} is better", study.endpoint, lower ? "less" : "more"),
                               "the disease model has it so",
                               lower ? "write --lower-is-better" : "write --higher-is-better"));
  study.lower_is_better = lower;
  return study;
}

std::string arms_of(const NewStudy& study) {
  if (study.endpoint == "continuous")
    return fmt::format("arms.control = {{ mean = [{}], sd = [{}] }}\narms.active  = {{ mean = [{}], sd = [{}] }}\n",
                       *study.control, *study.sd, *study.active, *study.sd);
  if (study.endpoint == "binary")
    return fmt::format("arms.control = {{ share = [{}] }}\narms.active  = {{ share = [{}] }}\n", *study.control,
                       *study.active);
  if (study.endpoint == "count")
    return fmt::format(
        "arms.control = {{ rate = {}, dispersion = {} }}  # events a month; 0: no more variable than chance\n"
        "arms.active  = {{ rate = {}, dispersion = {} }}\n",
        *study.control, *study.dispersion, *study.active, *study.dispersion);
  return fmt::format(
      "arms.control = {{ median_months = {} }}  # half have had the event by then; constant hazards\n"
      "arms.active  = {{ median_months = {} }}\n",
      *study.control, *study.active);
}

std::string trial_text(const NewStudy& study, std::int64_t size, const std::string& found) {
  const Outcome& outcome = *find_outcome(study.endpoint);
  const bool visited = study.endpoint == "continuous" || study.endpoint == "binary";
  const std::string_view kind = study.endpoint == "continuous" ? "normal" : std::string_view(study.endpoint);
  const char* analysis = study.endpoint == "continuous" ? "t"
                         : study.endpoint == "binary"   ? "chi-square"
                         : study.endpoint == "count"    ? "negative-binomial"
                                                        : "logrank";
  return fmt::format(
      "# Question: is the active arm better than the control, and with how many patients would a trial see it?\n"
      "# Replace what is assumed by your own: the {} of both arms, and who is lost.\n"
      "#\n"
      "#   vcohort run study.toml                     power, bias and coverage, and a result file\n"
      "#   vcohort size study.toml --power {:<10} the smallest number of patients, with its curve\n"
      "#   vcohort run study.toml --sweep 'trial.sample_size=[[{}], [{}]]'\n\n"
      "format = \"vcohort-study 1\"\n"
      "title  = \"Two arms, a {} outcome\"\n"
      "seed   = 1\n\n"
      "[data_model]\n"
      "kind = \"{}\"\n"
      "{}"
      "lower_is_better = {}  # {}\n"
      "{}\n"
      "[trial]\n"
      "arms = [{{ strategy = \"control\" }}, {{ strategy = \"active\" }}]  # the first is the reference; ratio = 2 "
      "gives an arm twice as many\n"
      "sample_size = [{}]  # both arms together{}\n"
      "replicates = 10_000  # raise for a smaller simulation error\n"
      "alpha = {}\n"
      "sides = 2\n"
      "primary = {{ endpoint = \"outcome\", {}analysis = \"{}\" }}\n"
      "# dropout = {{ months = [{}], share = [0.1] }}  # lost by then, in every arm; nobody is lost without it\n"
      "# accrual = {{ per_month = 10 }}  # patients; all come at once without it\n",
      outcome.value, study.power, size, 2 * size, study.endpoint, kind,
      visited ? fmt::format("visits_months = [{}]\n", study.months)
              : fmt::format("follow_up_months = {}\n", study.months),
      *study.lower_is_better, *study.lower_is_better ? outcome.lower : outcome.higher, arms_of(study), size, found,
      study.alpha, visited ? fmt::format("visit_months = {}, ", study.months) : "", analysis, study.months);
}

/// The trial's size by simulation, with its interval in words.
std::string sized_trial_text(const NewStudy& study, int threads) {
  constexpr std::int64_t first_guess = 100, replicates = 10'000;
  const LoadedStudy loaded =
      load_study_text(trial_text(study, first_guess, ""), "the new study", {}, LoadFor::simulation, {});
  const Trial trial(loaded.reading.study, Trial::scenarios(loaded.reading.study, loaded.evidence).front());
  const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                          static_cast<std::size_t>(threads));
  SampleSizeGoal goal;
  goal.power = study.power;
  goal.multiple = sample_size_multiple(*loaded.reading.study.trial);
  goal.smallest = std::max(goal.smallest, goal.multiple);
  goal.sawtooth = study.endpoint == "binary";
  goal.search_replicates = goal.confirmation_replicates = replicates;
  SizeTarget target;
  target.contrasts = {0};
  const SampleSizeAnswer answer = find_sample_size(goal, [&](std::int64_t n, std::int64_t from, std::int64_t to) {
    return count_in_parallel(trial, n, from, to, target);
  });
  if (!answer.found)
    throw InvalidInput(
        explain(fmt::format("no trial of up to {} patients has a power of {:g}", goal.largest, study.power),
                fmt::format("at the largest it is {:.2f}", answer.ceiling), "correct the values, or ask for less"));
  return trial_text(study, answer.sample_size,
                    fmt::format(": power {:.3f} ± {:.3f}; {:g} is reached between {} and {}", answer.power,
                                answer.power_mcse, study.power, answer.lower, answer.upper));
}

constexpr const char* children_and_strategies =
    "[population]\n"
    "{}age_years = {{ distribution = \"uniform\", low = 2, high = 8 }}\n"
    "gmfcs     = {{ I = 0.342, II = 0.256, III = 0.115, IV = 0.137, V = 0.15 }}  # of nine registers (Reid 2011)\n\n"
    "[[strategy]]\n"
    "name = \"rehabilitation\"  # no cells: what the other one is compared with\n\n"
    "[[strategy]]\n"
    "name = \"MSC, intravenous\"\n"
    "cell = \"MSC\"  # or CB, MNC, NSC\n"
    "route = \"intravenous\"  # or intrathecal, intranasal\n"
    "dose_per_kg = 2e6\n"
    "infusions = 4\n"
    "interval_days = 7\n\n"
    "[strata]  # results for each of them, and for everybody\n"
    "gmfcs = [[\"I\", \"II\", \"III\"], [\"IV\", \"V\"]]\n\n";

std::string cohort_text(const NewStudy& study) {
  return fmt::format(
             "# Question: what do children gain from cells, over rehabilitation alone, and what harm do they take?\n"
             "# Every child is followed under both strategies, as its own twin.\n"
             "#\n"
             "#   vcohort run study.toml\n"
             "#   vcohort show study.h5 increments --where 'stratum = all'\n\n"
             "format   = \"vcohort-study 1\"\n"
             "title    = \"What cells add to rehabilitation\"\n"
             "evidence = [\"published\", \"sceptical\", \"null\"]  # the stances: their answers differ more than "
             "anything below\n"
             "seed     = 1\n\n") +
         fmt::format(fmt::runtime(children_and_strategies), "size      = 20_000\n") +
         fmt::format(
             "[outcomes]\n"
             "visits_months = [{}]\n"
             "endpoints = [\"{}\"]  # {}\n\n"
             "[cohort]\n"
             "reference = \"rehabilitation\"\n",
             study.months, study.endpoint, *study.lower_is_better ? "lower is better" : "higher is better");
}

std::string policy_text(const NewStudy& study) {
  const bool qaly = study.endpoint == "qaly";
  return fmt::format(
             "# Question: are cells worth their price, and for whom?\n"
             "#\n"
             "#   vcohort run study.toml\n"
             "#   vcohort show study.h5 policy/strata --where 'best = yes' --pivot "
             "stratum,threshold/scenario/strategy\n\n"
             "format   = \"vcohort-study 1\"\n"
             "title    = \"Are cells worth their price?\"\n"
             "evidence = [\"published\", \"sceptical\", \"null\"]  # the stances: their answers differ more than "
             "anything below\n"
             "seed     = 1\n\n") +
         fmt::format(fmt::runtime(children_and_strategies), "") +
         fmt::format(
             "[policy]\n"
             "reference = \"rehabilitation\"\n"
             "effect = \"{}\"  # more is better\n"
             "{}"
             "parameter_draws = 500  # what is not known; more draws and patients make the simulation error smaller\n"
             "patients_per_draw = 500\n"
             "horizon_years = 10\n"
             "discount = {{ costs = 0.03, effects = 0.03 }}\n"
             "currency = \"USD\"\n"
             "price_year = 2025\n"
             "willingness_to_pay = {{ from = 0, to = {}, step = {} }}  # for one {}\n"
             "thresholds = [{}]\n",
             study.endpoint, qaly ? "" : fmt::format("visit_months = {}  # when it is seen\n", study.months),
             qaly ? "200_000" : "20_000", qaly ? "10_000" : "1_000",
             qaly                         ? "QALY"
             : study.endpoint == "gmfm66" ? "point"
                                          : "responder",
             qaly ? "50_000, 100_000" : "5_000, 10_000");
}

}  // namespace

NewStudy completed(NewStudy study) {
  return study.kind == NewStudy::Kind::trial ? completed_trial(std::move(study))
                                             : completed_by_the_model(std::move(study));
}

std::string text_of(const NewStudy& study, int threads) {
  if (study.kind == NewStudy::Kind::trial) return sized_trial_text(study, threads);
  std::string text = study.kind == NewStudy::Kind::cohort ? cohort_text(study) : policy_text(study);
  (void)load_study_text(text, "the new study", {}, LoadFor::simulation, {});  // what is written is valid
  return text;
}

std::string meaning_of_values(const std::string& endpoint) {
  const Outcome* outcome = find_outcome(endpoint);
  return outcome ? std::string(outcome->value) : "value";
}

}  // namespace vcohort
