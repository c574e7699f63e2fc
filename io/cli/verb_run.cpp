#include <map>
#include <memory>

#include "engine/numeric/errors.hpp"
#include "io/cli/quantities.hpp"
#include "io/cli/run_study.hpp"
#include "io/cli/verbs.hpp"

namespace vcohort {

namespace {

/// The complaint of a parser of quantities, for the command line.
template <class Quantity>
CLI::Validator valid(Quantity (*parse)(const std::string&)) {
  return CLI::Validator(
      [parse](const std::string& text) {
        try {
          parse(text);
          return std::string();
        } catch (const InvalidInput& complaint) {
          return std::string(complaint.what());
        }
      },
      "");
}

}  // namespace

void add_run(CLI::App& app, ExitStatus& end) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* verb = app.add_subcommand("run", "simulate a study and write its result file");
  verb->footer(
      "Exit status: 0 done; 3 study invalid; 4 file or disk; 5 numerical failure, or stopped without a finished "
      "block;\n"
      "75 stopped by a signal (INT, TERM, USR1) or a limit with finished blocks kept: run again with --resume.\n\n"
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
  verb->add_option_function<std::string>(
          "--shard", [arguments](const std::string& text) { arguments->shard = shard_of(text); },
          "only shard K of N, K from 1 to N: publish its parts in OUT.parts/, for `vcohort merge`")
      ->check(valid(shard_of))
      ->type_name("K/N");
  verb->add_option("--grow", arguments->grow, "start from the blocks of a smaller result of the same study")
      ->type_name("OLD.h5");
  verb->add_option_function<std::string>(
          "--time-limit", [arguments](const std::string& text) { arguments->seconds = duration_of(text); },
          "stop in time, with all finished blocks kept: 3600, 50m, 1h30m or 01:30:00")
      ->check(valid(duration_of))
      ->type_name("DURATION");
  verb->add_option_function<std::string>(
          "--max-memory", [arguments](const std::string& text) { arguments->bytes = size_of(text); },
          "likewise when the process holds so much memory: 800M, 8G")
      ->check(valid(size_of))
      ->type_name("SIZE");
  verb->add_flag("--dry-run", arguments->dry_run, "say what would be simulated, and how much memory and disk it needs");
  verb->add_option("--task-minutes", arguments->task_minutes,
                   "with --dry-run: simulate some blocks, and say how many shards make tasks of this length")
      ->check(CLI::PositiveNumber)
      ->type_name("MINUTES");
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
  verb->callback([arguments, &end] { end = Workplace(*arguments).together(run_study); });
}

}  // namespace vcohort
