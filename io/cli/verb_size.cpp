#include <fmt/format.h>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_reduce.h>

#include <cmath>
#include <iostream>
#include <memory>

#include "engine/numeric/errors.hpp"
#include "engine/run/run.hpp"
#include "engine/trial/sample_size.hpp"
#include "engine/trial/trial.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/console/log.hpp"

namespace vcohort {

namespace {

struct SizeArguments {
  std::string study;
  std::vector<std::string> settings;
  SampleSizeGoal goal;
  int threads = 0;
  TableFormat format = TableFormat::table;
};

/// What the assurance tends to as the trial grows, because some parameter draws have no beneficial effect to find: seen
/// at the largest size allowed, with enough replicates for two digits.
void print_ceiling(const SampleSizeGoal& goal, const RejectionCounts& at_largest) {
  const auto n = static_cast<double>(at_largest.replicates);
  const double ceiling = static_cast<double>(at_largest.favourable) / n;
  const double mcse = std::sqrt(ceiling * (1 - ceiling) / n);
  std::cout << fmt::format("ceiling of the assurance as the trial grows: {:.3f} ± {:.3f} (at {} patients){}\n\n",
                           ceiling, mcse, goal.largest,
                           goal.power > ceiling + 2 * mcse ? "; the target lies above it and is unreachable" : "");
}

/// Rejections counted in parallel; integers, so that threads do not matter.
RejectionCounts count_in_parallel(const Trial& trial, std::int64_t sample_size, std::int64_t from, std::int64_t to) {
  constexpr std::int64_t grain = 32;  // replicates: enough work for a task
  const auto add = [](RejectionCounts a, const RejectionCounts& b) {
    a.replicates += b.replicates;
    a.rejections += b.rejections;
    a.favourable += b.favourable;
    a.failures += b.failures;
    return a;
  };
  return oneapi::tbb::parallel_reduce(
      oneapi::tbb::blocked_range<std::int64_t>(from, to, grain), RejectionCounts{},
      [&](const oneapi::tbb::blocked_range<std::int64_t>& range, const RejectionCounts& before) {
        return add(before, trial.count_rejections(sample_size, range.begin(), range.end()));
      },
      add);
}

void print_answer(const Study& study, const SampleSizeGoal& goal, const SampleSizeAnswer& answer) {
  const TrialQuestion& trial = *study.trial;
  const char* what = goal.assurance ? "assurance" : "power";
  if (answer.found) {
    int ratios = 0;
    for (const Arm& arm : trial.arms) ratios += arm.ratio;
    std::cout << fmt::format("smallest total sample size for {} {:g}: {} ({:g} % interval {} to {})\n", what,
                             goal.power, answer.sample_size, 100 * goal.level, answer.lower, answer.upper);
    for (const Arm& arm : trial.arms)
      std::cout << fmt::format("  {:<24} {:.0f}\n", arm.name,
                               static_cast<double>(answer.sample_size) * arm.ratio / ratios);
    std::cout << fmt::format(
        "{} there: {:.4f} ± {:.4f} (Monte Carlo standard error), on replicates that the search did not use\n\n", what,
        answer.power, answer.power_mcse);
  } else {
    std::cout << fmt::format("no total sample size up to {} reaches {} {:g}; at {} it is {:.4f}\n\n", goal.largest,
                             what, goal.power, goal.largest, answer.ceiling);
  }
}

ExitStatus find_size(SizeArguments arguments) {
  const LoadedStudy loaded = load_study(arguments.study, arguments.settings);
  const Study& study = loaded.reading.study;
  if (!study.trial || study.trial->arms.empty())
    throw InvalidInput(explain(fmt::format("{} asks about no trial", arguments.study),
                               "it has no [trial] section with arms", "add one"));
  arguments.goal.multiple = sample_size_multiple(*study.trial);
  arguments.goal.smallest = std::max(arguments.goal.smallest, arguments.goal.multiple);
  const int threads = arguments.threads > 0 ? arguments.threads : default_threads();
  const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                          static_cast<std::size_t>(threads));
  bool found_all = true;
  // A data model knows no evidence: its scenarios would all be the same.
  const std::vector<Evidence> scenarios = study.data_model ? std::vector<Evidence>(1) : loaded.evidence;
  for (const Evidence& stance : scenarios) {
    const Trial trial(study, stance);
    const SampleSizeAnswer answer =
        find_sample_size(arguments.goal, [&](std::int64_t n, std::int64_t from, std::int64_t to) {
          log_detail(fmt::format("sample size {}: replicates {} to {}", n, from, to));
          return count_in_parallel(trial, n, from, to);
        });
    if (arguments.format == TableFormat::table) {
      if (!stance.name.empty()) std::cout << fmt::format("evidence '{}'\n", stance.name);
      print_answer(study, arguments.goal, answer);
      constexpr std::int64_t ceiling_replicates = 500;
      if (arguments.goal.assurance)
        print_ceiling(arguments.goal, count_in_parallel(trial, arguments.goal.largest, 0, ceiling_replicates));
    }
    print(sample_size_curve(answer), arguments.format, std::cout);
    found_all = found_all && answer.found;
  }
  return found_all ? ExitStatus::done : ExitStatus::answer_is_no;
}

}  // namespace

void add_size(Verb& program) {
  auto arguments = std::make_shared<SizeArguments>();
  Verb verb = program.verb("size", "find the smallest sample size that reaches a power, by simulation");
  verb.footer(
      "The answer is the smallest total number of randomised children from which all larger tested numbers reach the "
      "power, a\n"
      "multiple of what ratio and block need, confirmed on fresh replicates. Exit status 6 where no size within the "
      "limit does.\n\n"
      "  vcohort size phase3.toml --power 0.9");
  verb.option("study", arguments->study, "study file (TOML) with a [trial]").required();
  verb.option("--power", arguments->goal.power, "power to reach [0.9]").within(0.0, 1.0);
  verb.flag("--assurance", arguments->goal.assurance,
            "count rejections in the beneficial direction only: with uncertain parameters, the assurance");
  verb.option("--largest", arguments->goal.largest, "give up beyond this total sample size [10000]").positive();
  verb.option("--replicates", arguments->goal.confirmation_replicates, "replicates of the confirmation [20000]")
      .positive();
  verb.option("--search-replicates", arguments->goal.search_replicates,
              "replicates of the search near the answer [20000]")
      .positive();
  verb.threads(arguments->threads);
  verb.settings(arguments->settings);
  add_format(verb, arguments->format);
  verb.action([arguments] { return find_size(*arguments); });
}

}  // namespace vcohort
