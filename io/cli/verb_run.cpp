#include <memory>

#include "engine/numeric/errors.hpp"
#include "io/cli/quantities.hpp"
#include "io/cli/run_study.hpp"
#include "io/cli/verbs.hpp"
#include "io/cli/workplace.hpp"

namespace vcohort {

void add_run(Verb& program) {
  auto arguments = std::make_shared<RunArguments>();
  Verb verb = program.verb("run", "simulate a study and write its result file");
  verb.footer(
      "Exit status: 0 done; 3 study invalid; 4 file or disk; 5 numerical failure, or stopped without a finished "
      "block;\n"
      "75 stopped by a signal (INT, TERM, USR1) or a limit with finished blocks kept: run again with --resume.\n\n"
      "The result is STUDY.h5 in this folder unless -o names another file. While the run lasts, finished work lies in\n"
      "OUT.parts/; Ctrl-C keeps it, and --resume goes on from there with the same bits in the end.\n\n"
      "  vcohort run quickstart.toml\n"
      "  vcohort run dosing.toml --set population.size=1000000 --set 'evidence=[\"published\", \"sceptical\"]' -o "
      "big.h5");
  verb.option("study", arguments->study, "study file (TOML), a result file to run again, or - for standard input")
      .required();
  verb.option("-o,--output", arguments->output, "result file to write");
  verb.settings(arguments->settings);
  verb.sweeps(arguments->sweeps);
  verb.threads(arguments->threads);
  verb.parsed(
          "--shard", [arguments](const std::string& text) { arguments->shard = shard_of(text); },
          "only shard K of N, K from 1 to N: publish its parts in OUT.parts/, for `vcohort merge`")
      .type("K/N");
  verb.option("--grow", arguments->grow, "start from the blocks of a smaller result of the same study").type("OLD.h5");
  verb.parsed(
          "--time-limit", [arguments](const std::string& text) { arguments->seconds = duration_of(text); },
          "stop in time, with all finished blocks kept: 3600, 50m, 1h30m or 01:30:00")
      .type("DURATION");
  verb.parsed(
          "--max-memory", [arguments](const std::string& text) { arguments->bytes = size_of(text); },
          "likewise when the process holds so much memory: 800M, 8G")
      .type("SIZE");
  verb.flag("--dry-run", arguments->dry_run, "say what would be simulated, and how much memory and disk it needs");
  verb.option("--task-minutes", arguments->task_minutes,
              "with --dry-run: simulate some blocks, and say how many shards make tasks of this length")
      .positive()
      .type("MINUTES");
  verb.flag("--resume", arguments->resume, "go on where an interrupted run of this study stopped");
  verb.flag("--overwrite", arguments->overwrite, "replace an existing result, or begin again");
  verb.choice("--progress", arguments->progress,
              {{"auto", ProgressStyle::automatic},
               {"bar", ProgressStyle::bar},
               {"log", ProgressStyle::log},
               {"json", ProgressStyle::json},
               {"none", ProgressStyle::none}},
              "auto, bar, log, json or none; on standard error")
      .type("STYLE");
  verb.choice("--mpi", arguments->mpi, {{"auto", MpiUse::automatic}, {"on", MpiUse::on}, {"off", MpiUse::off}},
              "auto, on or off: share the run between the processes that mpirun or srun started [auto]")
      .type("USE");
  verb.option("--part-seconds", arguments->seconds_between_parts, "publish finished blocks at least this often [30]")
      .not_negative();
  verb.choice(
          "--instruction-set", arguments->instruction_set,
          {{"baseline", InstructionSet::baseline}, {"avx2", InstructionSet::avx2}, {"avx512", InstructionSet::avx512}},
          "baseline, avx2 or avx512 instead of the best; same bits, for tests and measurements")
      .type("SET");
  verb.flag("--quiet", arguments->quiet, "only errors");
  verb.flag("--verbose", arguments->verbose, "say more on standard error");
  verb.action([arguments] { return Workplace(*arguments).together(run_study); });
}

}  // namespace vcohort
