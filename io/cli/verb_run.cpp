#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>

#include "engine/numeric/errors.hpp"
#include "engine/numeric/instruction_set.hpp"
#include "engine/study/size.hpp"
#include "io/cli/finish.hpp"
#include "io/cli/part_sink.hpp"
#include "io/cli/signals.hpp"
#include "io/cli/together.hpp"
#include "io/cli/verbs.hpp"
#include "io/console/headline.hpp"
#include "io/console/log.hpp"
#include "io/console/progress.hpp"
#include "io/mpi/shared_run.hpp"

namespace vcohort {

namespace {

struct RunArguments {
  std::string study;
  std::string output;
  std::vector<std::string> settings;
  int threads = 0;
  bool dry_run = false, resume = false, overwrite = false, quiet = false, verbose = false;
  ProgressStyle progress = ProgressStyle::automatic;
  std::optional<InstructionSet> instruction_set;
  double seconds_between_parts = 30;
  MpiUse mpi = MpiUse::automatic;
};

std::filesystem::path output_of(const RunArguments& arguments) {
  if (!arguments.output.empty()) return arguments.output;
  return std::filesystem::path(arguments.study == "-" ? "study" : arguments.study).stem().string() + ".h5";
}

/// Bytes of a number, a count and an exact sum, as they are stored.
constexpr double bytes_per_number = 8;
constexpr double bytes_per_exact_sum = 16;

/// What the run would do, without doing it.
void print_dry_run(const LoadedStudy& loaded, const Plan& plan, const std::filesystem::path& output, int threads) {
  const Study& study = loaded.reading.study;
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
        static_cast<double>(plan.patients()) * bytes_per_number *
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
      study.outcomes.visits_months.size(), cells, plan.patients(), plan.blocks(), threads,
      tally_bytes * (threads + 2) / mebibyte + 20, 2 * file_bytes / mebibyte + 1, output.string(),
      unknown ? std::string("unknown")
              : fmt::format("{:.0f} MiB free", static_cast<double>(space.available) / mebibyte));
}

/// Parts of an interrupted run of the same study; or none. Throws where they may not be used.
std::vector<std::filesystem::path> earlier_parts(const std::filesystem::path& folder, const RunArguments& arguments) {
  std::vector<std::filesystem::path> paths;
  for (const PartName& part : list_parts(folder)) paths.push_back(part.path);
  if (paths.empty() || arguments.resume) return paths;
  if (!arguments.overwrite)
    throw StorageFailure(explain(fmt::format("{} holds {} parts of an earlier run", folder.string(), paths.size()),
                                 "it was interrupted", "go on with --resume, or begin again with --overwrite"));
  for (const auto& path : paths) std::filesystem::remove(path);
  return {};
}

/// What is left to do: all blocks, or those that no whole part covers; and what there is already, where a question
/// looks at it.
void plan_rest(const LoadedStudy& loaded, const Plan& plan, const std::vector<std::filesystem::path>& paths,
               RunOptions& options) {
  if (paths.empty()) {
    options.spans = {{0, plan.blocks()}};
    return;
  }
  const CombinedParts combined = combine_parts(paths);
  if (combined.header.study_sha256 != loaded.header.study_sha256 ||
      combined.header.evidence_sha256 != loaded.header.evidence_sha256 ||
      combined.header.engine_version != loaded.header.engine_version ||
      combined.header.git_revision != loaded.header.git_revision || combined.header.blocks.total != plan.blocks())
    throw StorageFailure(explain("the parts belong to another run", "study, evidence or program changed since",
                                 "begin again with --overwrite, or name another output"));
  for (const BlockRange& range : combined.missing) options.spans.push_back({range.first, range.last + 1});
  if (plan.has_looks())
    for (const auto& question : plan.questions()) options.earlier.push_back(tally_of(*question, combined.tallies));
}

/// What a run works on. The plan points into the study: it stays where it was made.
struct Work {
  explicit Work(const RunArguments& arguments)
      : loaded(load_study(arguments.study, arguments.settings)),
        plan(loaded.reading.study, loaded.evidence),
        output(output_of(arguments)) {
    if (plan.blocks() == 0)
      throw InvalidInput(explain("there is nothing to simulate", "the study is for a data file only",
                                 "use `vcohort analyze DATA.csv " + arguments.study + "`"));
  }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  LoadedStudy loaded;
  Plan plan;
  std::filesystem::path output;
  RunOptions options;
};

/// Looks at the output and at earlier parts; false where nothing is left to do.
bool prepare(const RunArguments& arguments, Work& work) {
  const bool there = std::filesystem::exists(work.output);
  if (there && arguments.resume) {
    const ResultFile result(work.output);
    if (result.header().study_sha256 == work.loaded.header.study_sha256 &&
        result.header().evidence_sha256 == work.loaded.header.evidence_sha256) {
      log_notice(fmt::format("{} is complete; nothing is left to do", work.output.string()));
      return false;
    }
  }
  if (there && !arguments.overwrite)
    throw StorageFailure(explain(fmt::format("cannot write {}", work.output.string()), "it exists",
                                 "choose another name with -o, or allow it with --overwrite"));
  plan_rest(work.loaded, work.plan, earlier_parts(parts_folder(work.output), arguments), work.options);
  return true;
}

/// Turns the parts of all ranks into the result.
void finish_run(const RunArguments& arguments, const Work& work, const Progress& done, int threads) {
  const auto folder = parts_folder(work.output);
  std::vector<std::filesystem::path> paths;
  for (const PartName& part : list_parts(folder)) paths.push_back(part.path);
  finish(work.loaded, work.plan, combine_parts(paths), work.output,
         arguments.overwrite ? Existing::overwrite : Existing::refuse,
         runtime_table(threads, done.seconds, static_cast<double>(done.patients)));
  std::error_code ignored;  // the result is there; what is left of the parts does no harm
  std::filesystem::remove_all(folder, ignored);
  log_detail(fmt::format("{} patients in {} on {} threads", done.patients, short_duration(done.seconds), threads));
  if (!arguments.quiet) {
    print_headline(ResultFile(work.output), std::cout);
    std::cout << fmt::format("\nresult: {}\n", work.output.string());
  }
}

/// Rank 0 leads: it looks at what is there, hands out the blocks, and makes the result of everybody's parts.
ExitStatus run(const RunArguments& arguments) {
  const std::unique_ptr<Ranks> ranks = join_ranks(arguments.mpi);
  const bool leads = !ranks || ranks->rank() == 0;
  set_log_level(arguments.quiet || !leads ? LogLevel::quiet : arguments.verbose ? LogLevel::verbose : LogLevel::normal);
  if (arguments.instruction_set) force_instruction_set(*arguments.instruction_set);

  std::optional<Work> work;
  bool needed = true;
  together(ranks.get(), [&] {
    work.emplace(arguments);
    RunOptions& options = work->options;
    options.threads = arguments.threads > 0 ? arguments.threads : default_threads_of(ranks.get());
    options.seconds_between_parts = arguments.seconds_between_parts;
    if (leads && arguments.dry_run) print_dry_run(work->loaded, work->plan, work->output, options.threads);
    if (leads && !arguments.dry_run) needed = prepare(arguments, *work);
  });
  require_same(ranks.get(),
               work->loaded.header.study_sha256 + work->loaded.header.evidence_sha256 + work->output.string());
  if (arguments.dry_run || sum_of(ranks.get(), needed ? 0 : 1) > 0) return ExitStatus::done;
  const bool simulates = sum_of(ranks.get(), leads ? static_cast<std::int64_t>(work->options.spans.size()) : 0) > 0;

  RunOptions& options = work->options;
  options.stop = &stop_on_signals();
  PartSink sink(work->plan, work->loaded.header, parts_folder(work->output));
  Progress done;
  RunEnd end = RunEnd::complete;
  const bool silent = !leads || (arguments.quiet && arguments.progress == ProgressStyle::automatic);
  if (simulates) {
    ProgressView view(silent ? ProgressStyle::none : arguments.progress);
    options.on_progress = [&](const Progress& progress) {
      done = progress;
      view.show(progress);
    };
    together(ranks.get(), [&] { end = simulate_on(ranks.get(), work->plan, options, sink); });
  }
  const std::int64_t published = sum_of(ranks.get(), sink.published_blocks());
  if (end == RunEnd::stopped) {
    log_notice(fmt::format("stopped; {} of {} blocks are kept in {}. Run again with --resume", done.blocks,
                           done.all_blocks, parts_folder(work->output).string()));
    if (published > 0) return ExitStatus::stopped;
    together(ranks.get(), [] {
      throw NumericalFailure(
          explain("stopped before any block was finished", "nothing was published", "give the run more time"));
    });
  }
  const auto threads = static_cast<int>(sum_of(ranks.get(), options.threads));
  together(ranks.get(), [&] {
    if (leads) finish_run(arguments, *work, done, threads);
  });
  return ExitStatus::done;
}

}  // namespace

void add_run(CLI::App& app, ExitStatus& end) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* verb = app.add_subcommand("run", "simulate a study and write its result file");
  verb->footer(
      "The result is STUDY.h5 in this folder unless -o names another file. While the run lasts, finished work lies in\n"
      "OUT.parts/; Ctrl-C keeps it, and --resume goes on from there with the same bits in the end.\n\n"
      "  vcohort run quickstart.toml\n"
      "  vcohort run dosing.toml --set population.size=1000000 --set 'evidence=[\"published\", \"sceptical\"]' -o "
      "big.h5");
  verb->add_option("study", arguments->study, "study file (TOML), a result file to run again, or - for standard input")
      ->required();
  verb->add_option("-o,--output", arguments->output, "result file to write");
  verb->add_option("--set", arguments->settings,
                   "replace a value of the study: key=value, dotted key, TOML value; may be given several times")
      ->allow_extra_args(false);
  verb->add_option("--threads", arguments->threads,
                   "threads to use (default: all of this process); results do not depend on it")
      ->check(CLI::Range(1, 4096));
  verb->add_flag("--dry-run", arguments->dry_run, "say what would be simulated, and how much memory and disk it needs");
  verb->add_flag("--resume", arguments->resume, "go on where an interrupted run of this study stopped");
  verb->add_flag("--overwrite", arguments->overwrite, "replace an existing result, or begin again");
  const std::map<std::string, ProgressStyle> styles{{"auto", ProgressStyle::automatic},
                                                    {"bar", ProgressStyle::bar},
                                                    {"log", ProgressStyle::log},
                                                    {"json", ProgressStyle::json},
                                                    {"none", ProgressStyle::none}};
  verb->add_option("--progress", arguments->progress, "auto, bar, log, json or none; on standard error")
      ->transform(CLI::CheckedTransformer(styles).description(""))
      ->type_name("STYLE");
  const std::map<std::string, MpiUse> uses{{"auto", MpiUse::automatic}, {"on", MpiUse::on}, {"off", MpiUse::off}};
  verb->add_option("--mpi", arguments->mpi,
                   "auto, on or off: share the run between the processes that mpirun or srun started [auto]")
      ->transform(CLI::CheckedTransformer(uses).description(""))
      ->type_name("USE");
  verb->add_option("--part-seconds", arguments->seconds_between_parts,
                   "publish finished blocks at least this often [30]")
      ->check(CLI::NonNegativeNumber);
  const std::map<std::string, InstructionSet> sets{
      {"baseline", InstructionSet::baseline}, {"avx2", InstructionSet::avx2}, {"avx512", InstructionSet::avx512}};
  verb->add_option("--instruction-set", arguments->instruction_set,
                   "baseline, avx2 or avx512 instead of the best; same bits, for tests and measurements")
      ->transform(CLI::CheckedTransformer(sets).description(""))
      ->type_name("SET");
  verb->add_flag("--quiet", arguments->quiet, "only errors");
  verb->add_flag("--verbose", arguments->verbose, "say more on standard error");
  verb->callback([arguments, &end] { end = run(*arguments); });
}

}  // namespace vcohort
