#include "io/cli/dry_run.hpp"

#include <fmt/format.h>

#include <iostream>

#include "engine/numeric/errors.hpp"
#include "engine/study/size.hpp"
#include "io/cli/calibration.hpp"
#include "io/cli/needs.hpp"
#include "io/cli/shell_word.hpp"
#include "io/console/progress.hpp"
#include "io/console/screen.hpp"

namespace vcohort {

namespace {

std::string mebibytes(double bytes) {
  constexpr double mebibyte = 1024.0 * 1024.0;
  const double size = bytes / mebibyte;
  return fmt::format("{:.{}f} MiB", size, size < 1 ? 2 : size < 10 ? 1 : 0);
}

/// "3", or of a sweep "9 (3 stances x 3 settings)".
std::string scenarios_in_words(const LoadedStudy& loaded) {
  const auto stances = static_cast<double>(loaded.evidence.size()), settings = settings_of(loaded.reading.study.sweep);
  return loaded.reading.study.sweep.empty() ? fmt::format("{:.0f}", stances)
                                            : fmt::format("{:.0f} ({:.0f} {} x {:.0f} settings)", stances * settings,
                                                          stances, stances == 1 ? "stance" : "stances", settings);
}

/// How to cut the run into tasks of the wished length, with the words for a scheduler.
void print_shards(const Plan& plan, const std::filesystem::path& output, int threads, double row_bytes,
                  const RunArguments& arguments) {
  if (plan.has_checkpoints())
    throw InvalidInput(explain("this study cannot be cut into shards", "it stops at a wished precision",
                               "remove trial.power_mcse and fix trial.replicates"));
  constexpr double seconds_per_minute = 60;
  const Calibration calibration = calibrate(plan);
  const Shards shards = shards_for(calibration, plan.blocks(), seconds_per_minute * *arguments.task_minutes, threads);
  constexpr double bytes_of_an_empty_part = 60e3;  // the study, its evidence and the layout; measured: docs/scaling.md
  std::string settings;
  for (const std::string& setting : arguments.settings) settings += " --set " + shell_word(setting);
  constexpr std::size_t deeper = 15;
  const std::string task =
      continued(fmt::format("task         vcohort run {}{} -o {} --shard $SLURM_ARRAY_TASK_ID/{} --threads {} --resume",
                            shell_word(arguments.study), settings, shell_word(output.string()), shards.shards, threads),
                screen_width(), deeper);
  std::cout << fmt::format(
      "calibration  {} of one thread of this machine; the slowest block took {}\n"
      "shards       {} of about {} on {} threads\n"
      "parts        at least {} files, about {} together\n"
      "{}\n"
      "array        --array=1-{}\n"
      "then         vcohort merge {}.parts -o {}\n",
      short_duration(calibration.core_seconds), short_duration(calibration.longest_block), shards.shards,
      short_duration(shards.seconds), threads, shards.shards,
      mebibytes(row_bytes + bytes_of_an_empty_part * static_cast<double>(shards.shards)), task, shards.shards,
      shell_word(output.string()), shell_word(output.string()));
}

}  // namespace

ExitStatus print_dry_run(const LoadedStudy& loaded, const Plan& plan, const RunArguments& arguments,
                         const Workplace& workplace) {
  if (!workplace.leads()) return ExitStatus::done;
  const Study& study = loaded.reading.study;
  const auto& output = workplace.output();
  const int threads = workplace.threads();
  const Needs needs = needs_of(loaded, plan, threads);
  const double cells = summary_cells(study) * static_cast<double>(loaded.evidence.size()) * settings_of(study.sweep);
  std::error_code unknown;
  const auto folder = output.has_parent_path() ? output.parent_path() : std::filesystem::path(".");
  const auto space = std::filesystem::space(folder, unknown);
  const auto free_bytes = static_cast<double>(space.available);
  std::cout << fmt::format(
      "study        {}\nscenarios    {}\nstrategies   {}\nendpoints    {}\nvisits       {}\ncells        {:.0f} "
      "(scenario x strategy x stratum x endpoint x visit)\n"
      "patients     {} (each under every strategy)\nblocks       {}\nthreads      {}\nmemory       about {}\n"
      "file         about {}, {}\ndisk         about {} until its parts are joined; {}\n",
      study.title, scenarios_in_words(loaded), study.strategies.size(), study.outcomes.endpoints.size(),
      study.outcomes.visits_months.size(), cells, plan.patients_in({0, plan.blocks()}), plan.blocks(), threads,
      mebibytes(needs.memory), mebibytes(needs.file), output.string(), mebibytes(needs.disk),
      unknown ? "how much is free is unknown" : mebibytes(free_bytes) + " are free");
  if (arguments.task_minutes) print_shards(plan, output, threads, needs.disk - needs.file, arguments);
  if (!unknown && needs.disk > free_bytes)
    throw StorageFailure(
        explain(fmt::format("the run does not fit on the disk of {}", output.string()),
                fmt::format("it needs about {}, and {} are free", mebibytes(needs.disk), mebibytes(free_bytes)),
                "make room, name another output with -o, or save fewer rows"));
  return ExitStatus::done;
}

}  // namespace vcohort
