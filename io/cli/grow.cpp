#include "io/cli/grow.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/numeric/errors.hpp"
#include "io/cli/delivery.hpp"
#include "io/console/log.hpp"
#include "io/results/column_of.hpp"
#include "io/results/part.hpp"
#include "io/results/result_file.hpp"

namespace vcohort {

namespace {

/// The sizes that only add blocks, as settings. A size of another question's section is not mentioned where the study
/// does not ask it.
std::vector<std::string> sizes_of(const Study& study) {
  std::vector<std::string> settings;
  if (study.population.size > 0) settings.push_back(fmt::format("population.size={}", study.population.size));
  if (study.trial && study.trial->replicates > 0)
    settings.push_back(fmt::format("trial.replicates={}", study.trial->replicates));
  if (study.policy) settings.push_back(fmt::format("policy.parameter_draws={}", study.policy->parameter_draws));
  return settings;
}

/// Rows of one scenario out of a table that holds all of them.
Table rows_of(const Table& table, const std::string& scenario) {
  if (table.find("scenario") == nullptr) return table;
  const auto& scenarios = column_of<std::string>(table, "scenario");
  Table chosen = table;
  keep_rows(chosen, [&](std::size_t row) { return scenarios[row] == scenario; });
  return chosen;
}

bool is_there(const std::filesystem::path& folder, const BlockRange& blocks, const FileHeader& study) {
  for (const PartName& part : list_parts(folder)) {
    if (part.first_block != blocks.first || part.last_block != blocks.last) continue;
    try {
      return difference(ResultFile(part.file).header(), study).empty();
    } catch (const DamagedFile&) {
      return false;
    }
  }
  return false;
}

void copy_rows(const ResultFile& from, const Question& question, PartWriter& part) {
  constexpr std::int64_t rows_at_once = 16384;
  for (const Table& layout : question.row_tables()) {
    part.append(layout);
    if (!from.find(layout.path)) continue;
    try {
      from.for_each_chunk(layout.path, rows_at_once, [&](const Table& rows, std::int64_t) {
        const Table chosen = rows_of(rows, question.scenario());
        if (chosen.rows() > 0) part.append(chosen);
      });
    } catch (const InternalError& error) {
      throw StorageFailure(
          explain(fmt::format("cannot grow from '{}'", from.path().string()), error.what(), "run the study again"));
    }
  }
}

}  // namespace

std::string obstacle_to_growth(const FileHeader& result, const LoadedStudy& loaded, const Plan& plan) {
  if (result.status != FileStatus::complete) return "it is a part, not a result; use `vcohort merge` first";
  if (plan.has_checkpoints()) return "the study stops at a wished precision; fix trial.replicates instead";
  refuse_sweep(loaded, "growing");
  const LoadedStudy resized = load_study(result, sizes_of(loaded.reading.study));
  FileHeader grown = result;
  grown.study_resolved = resized.header.study_resolved;
  grown.study_sha256 = resized.header.study_sha256;
  grown.blocks.total = plan.blocks();
  if (const std::string why = difference(grown, loaded.header); !why.empty())
    return "only population.size, trial.replicates and policy.parameter_draws may grow, but " + why;
  const LoadedStudy before = load_study(result);
  const Plan old_plan = plan_of(before);
  for (std::size_t q = 0; q < plan.questions(); ++q) {
    const auto held = plan.question(q), held_old = old_plan.question(q);
    const Question &question = *held, &old = *held_old;
    if (old.blocks() > question.blocks())
      return fmt::format("the {} of the study is smaller than that of the result", question.name());
    const std::int64_t last = question.blocks_kept(old) - 1;
    if (last >= 0 && old.patients_in(last) != question.patients_in(last))
      return fmt::format(
          "the last block of its {} is not full: it holds {} patients, but {} in the study; grow from a whole number "
          "of blocks, or run the study anew",
          question.name(), old.patients_in(last), question.patients_in(last));
  }
  return "";
}

void grow_from(const std::filesystem::path& path, const LoadedStudy& loaded, const Plan& plan,
               const std::filesystem::path& folder) {
  const ResultFile result(path);
  if (const std::string why = obstacle_to_growth(result.header(), loaded, plan); !why.empty())
    throw StorageFailure(fmt::format("cannot grow from '{}' ({})", path.string(), why));
  const LoadedStudy before = load_study(result.header());
  const Plan old_plan = plan_of(before);
  const std::vector<NamedTally> tallies = result.tallies();
  std::int64_t first = 0;
  std::int64_t reused = 0;
  for (std::size_t q = 0; q < plan.questions(); ++q) {
    const auto question = plan.question(q), old = old_plan.question(q);
    const std::int64_t blocks = question->blocks_kept(*old);
    const BlockRange range{first, first + blocks - 1, plan.blocks()};
    first += question->blocks();
    reused += blocks;
    if (blocks == 0 || is_there(folder, range, loaded.header)) continue;
    PartWriter part(folder, loaded.header, range);
    copy_rows(result, *question, part);
    part.finish({{question->name(), question->scenario(), question->tally_kept(*old, tally_of(*old, tallies))}});
  }
  log_notice(fmt::format("{} of {} blocks are taken over from {}", reused, plan.blocks(), path.string()));
}

}  // namespace vcohort
