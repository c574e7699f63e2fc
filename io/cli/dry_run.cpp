#include "io/cli/dry_run.hpp"

#include <fmt/format.h>

#include <iostream>

#include "engine/numeric/errors.hpp"
#include "engine/study/size.hpp"
#include "io/cli/calibration.hpp"
#include "io/cli/shell_word.hpp"
#include "io/console/progress.hpp"

namespace vcohort {

namespace {

/// Bytes of a number, a count and an exact sum, as they are stored.
constexpr double bytes_per_number = 8;
constexpr double bytes_per_exact_sum = 16;

/// How to cut the run into tasks of the wished length, with the words for a scheduler.
void print_shards(const Plan& plan, const std::filesystem::path& output, int threads, double file_bytes,
                  const RunArguments& arguments) {
  if (plan.has_checkpoints())
    throw InvalidInput(explain("this study cannot be cut into shards", "it stops at a wished precision",
                               "remove trial.power_mcse and fix trial.replicates"));
  constexpr double seconds_per_minute = 60;
  const Calibration calibration = calibrate(plan);
  const Shards shards = shards_for(calibration, plan.blocks(), seconds_per_minute * *arguments.task_minutes, threads);
  constexpr double bytes_of_an_empty_part = 60e3;  // the study, its evidence and the layout; measured: docs/scaling.md
  constexpr double mebibyte = 1024.0 * 1024.0;
  std::string settings;
  for (const std::string& setting : arguments.settings) settings += " --set " + shell_word(setting);
  std::cout << fmt::format(
      "calibration  {} of one thread of this machine; the slowest block took {}\n"
      "shards       {} of about {} on {} threads\n"
      "parts        at least {} files, about {:.0f} MiB together\n"
      "task         vcohort run {}{} -o {} --shard $SLURM_ARRAY_TASK_ID/{} --threads {} --resume\n"
      "array        --array=1-{}\n"
      "then         vcohort merge {}.parts -o {}\n",
      short_duration(calibration.core_seconds), short_duration(calibration.longest_block), shards.shards,
      short_duration(shards.seconds), threads, shards.shards,
      (file_bytes + bytes_of_an_empty_part * static_cast<double>(shards.shards)) / mebibyte + 1,
      shell_word(arguments.study), settings, shell_word(output.string()), shards.shards, threads, shards.shards,
      shell_word(output.string()), shell_word(output.string()));
}

}  // namespace

ExitStatus print_dry_run(const LoadedStudy& loaded, const Plan& plan, const RunArguments& arguments,
                         const Workplace& workplace) {
  if (!workplace.leads()) return ExitStatus::done;
  const Study& study = loaded.reading.study;
  const auto& output = workplace.output();
  const int threads = workplace.threads();
  double tally_bytes = 0;
  for (const Tally& tally : plan.empty_tallies())
    tally_bytes += bytes_per_number * static_cast<double>(tally.counts.size()) +
                   bytes_per_exact_sum * static_cast<double>(tally.sums.size());
  double row_bytes = 0;
  if (study.cohort && study.cohort->save_patients) {
    constexpr double columns_of_a_patient = 19;
    constexpr double columns_of_an_outcome = 5;
    const auto strategies_and_visits =
        static_cast<double>(study.strategies.size() * study.outcomes.visits_months.size());
    row_bytes =
        static_cast<double>(plan.patients_in({0, plan.blocks()})) * bytes_per_number *
        (columns_of_a_patient +
         strategies_and_visits * (columns_of_an_outcome + 2 * static_cast<double>(study.outcomes.endpoints.size())));
  }
  if (study.trial && study.trial->save_replicates.value_or(true)) {
    constexpr double columns_of_a_replicate = 20;
    const auto contrasts = static_cast<double>(study.trial->analyses.size() * (study.trial->arms.size() - 1) *
                                               study.trial->sample_size.size());
    row_bytes += static_cast<double>(study.trial->replicates) * contrasts * columns_of_a_replicate * bytes_per_number *
                 static_cast<double>(study.stances.size());
  }
  constexpr double mebibyte = 1024.0 * 1024.0;
  const double cells = summary_cells(study) * static_cast<double>(study.stances.size());
  constexpr double columns_of_a_cell = 30;  // of the summary and the increments
  const double file_bytes = row_bytes + cells * columns_of_a_cell * bytes_per_number;
  std::error_code unknown;
  const auto folder = output.has_parent_path() ? output.parent_path() : std::filesystem::path(".");
  const auto space = std::filesystem::space(folder, unknown);
  std::cout << fmt::format(
      "study        {}\nscenarios    {}\nstrategies   {}\nendpoints    {}\nvisits       {}\ncells        {:.0f} "
      "(scenario x strategy x stratum x endpoint x visit)\n"
      "patients     {} (each under every strategy)\nblocks       {}\nthreads      {}\nmemory       about {:.0f} "
      "MiB\nfile         about {:.0f} MiB, {}\n"
      "disk         {}\n",
      study.title, study.stances.size(), study.strategies.size(), study.outcomes.endpoints.size(),
      study.outcomes.visits_months.size(), cells, plan.patients_in({0, plan.blocks()}), plan.blocks(), threads,
      tally_bytes * (threads + 2) / mebibyte + 20, 2 * file_bytes / mebibyte + 1, output.string(),
      unknown ? std::string("unknown")
              : fmt::format("{:.0f} MiB free", static_cast<double>(space.available) / mebibyte));
  if (arguments.task_minutes) print_shards(plan, output, threads, 2 * file_bytes, arguments);
  return ExitStatus::done;
}

}  // namespace vcohort
