#include <fmt/format.h>

#include <iostream>
#include <map>
#include <memory>

#include "engine/numeric/errors.hpp"
#include "io/cli/dry_run.hpp"
#include "io/cli/finish.hpp"
#include "io/cli/part_sink.hpp"
#include "io/cli/parts_folder.hpp"
#include "io/cli/quantities.hpp"
#include "io/cli/run_arguments.hpp"
#include "io/cli/signals.hpp"
#include "io/cli/verbs.hpp"
#include "io/console/headline.hpp"
#include "io/console/log.hpp"

namespace vcohort {

namespace {

/// A result that is there already: true where it answers this study and nothing is left to do. Throws where it may not
/// be replaced.
bool is_done(const std::filesystem::path& output, const FileHeader& study, const RunArguments& arguments) {
  if (!std::filesystem::exists(output)) return false;
  if (arguments.resume) {
    const FileHeader there = ResultFile(output).header();
    if (there.study_sha256 == study.study_sha256 && there.evidence_sha256 == study.evidence_sha256) {
      log_notice(fmt::format("{} is complete; nothing is left to do", output.string()));
      return true;
    }
  }
  if (!arguments.overwrite)
    throw StorageFailure(explain(fmt::format("cannot write {}", output.string()), "it exists",
                                 "choose another name with -o, or allow it with --overwrite"));
  return false;
}

/// The blocks of the run that no whole part holds yet.
std::vector<BlockSpan> spans_to_do(const std::filesystem::path& folder, const FileHeader& study, BlockSpan wanted,
                                   const RunArguments& arguments) {
  if (arguments.resume) return take_up(folder, study, wanted).missing;
  if (const auto parts = parts_with(folder, wanted); !parts.empty()) {
    if (!arguments.overwrite)
      throw StorageFailure(explain(fmt::format("{} holds {} parts of an earlier run", folder.string(), parts.size()),
                                   "it was interrupted", "go on with --resume, or begin again with --overwrite"));
    begin_again(folder, wanted);
  }
  if (wanted.size() == 0) return {};
  return {wanted};
}

/// A study that looks at its precision needs all blocks before a look: what lies behind a gap is run again. Returns the
/// tallies of what is kept.
std::vector<Tally> tallies_before_look(const Plan& plan, const std::filesystem::path& folder,
                                       std::vector<BlockSpan>& spans) {
  const std::int64_t next = spans.empty() ? plan.blocks() : spans.front().first;
  if (next < plan.blocks()) {
    begin_again(folder, {next, plan.blocks()});
    spans = {{next, plan.blocks()}};
  }
  std::vector<Tally> earlier;
  if (next == 0 || spans.empty()) return earlier;
  const CombinedParts combined = combine_parts(paths_of(parts_with(folder, {0, next})));
  for (const auto& question : plan.questions()) earlier.push_back(tally_of(*question, combined.tallies));
  return earlier;
}

BlockSpan span_of(const RunArguments& arguments, const Plan& plan) {
  if (!arguments.shard) return {0, plan.blocks()};
  if (plan.has_looks())
    throw InvalidInput(explain("this study cannot be cut into shards",
                               "it stops at a wished precision, which is known only when all blocks before are there",
                               "remove trial.power_mcse and fix trial.replicates, or run it without --shard"));
  return span_of(*arguments.shard, plan.blocks());
}

void report_shard(Shard shard, BlockSpan span, const Progress& done, const std::filesystem::path& folder) {
  const std::string name = fmt::format("shard {}/{}", shard.number, shard.of);
  if (span.size() == 0) {
    log_notice(name + " is empty: there are more shards than blocks; nothing is left to do");
  } else if (done.blocks == 0) {
    log_notice(fmt::format("{} is complete; nothing is left to do", name));
  } else {
    log_notice(fmt::format("{} is complete: blocks {} to {} are in {}, {} of them from this run", name, span.first,
                           span.end - 1, folder.string(), done.blocks));
  }
}

/// Simulates what is to be done and publishes it as parts.
RunEnd simulate(const Plan& plan, const FileHeader& header, const std::filesystem::path& folder, RunOptions options,
                const RunArguments& arguments, Progress& last) {
  options.threads = arguments.threads > 0 ? arguments.threads : default_threads();
  options.seconds_between_parts = arguments.seconds_between_parts;
  options.stop = &stop_on_signals();
  const bool silent = arguments.quiet && arguments.progress == ProgressStyle::automatic;
  ProgressView view(silent ? ProgressStyle::none : arguments.progress);
  options.on_progress = [&](const Progress& progress) {
    last = progress;
    view.show(progress);
  };
  PartSink sink(plan, header, folder);
  const RunEnd end = simulate(plan, options, sink);
  if (end == RunEnd::complete) return end;
  log_notice(fmt::format("stopped; {} of {} blocks are kept in {}. Run again with --resume", last.blocks,
                         last.all_blocks, folder.string()));
  if (sink.published_blocks() == 0)
    throw NumericalFailure(
        explain("stopped before any block was finished", "nothing was published", "give the run more time"));
  return end;
}

ExitStatus run(const RunArguments& arguments) {
  set_log_level(arguments.quiet ? LogLevel::quiet : arguments.verbose ? LogLevel::verbose : LogLevel::normal);
  if (arguments.instruction_set) force_instruction_set(*arguments.instruction_set);
  LoadedStudy loaded = load_study(arguments.study, arguments.settings);
  const Plan plan(loaded.reading.study, loaded.evidence);
  if (plan.blocks() == 0)
    throw InvalidInput(explain("there is nothing to simulate", "the study is for a data file only",
                               "use `vcohort analyze DATA.csv " + arguments.study + "`"));
  loaded.header.blocks = {0, plan.blocks() - 1, plan.blocks()};
  const auto output = output_of(arguments);
  const BlockSpan wanted = span_of(arguments, plan);
  if (arguments.dry_run) {
    print_dry_run(loaded, plan, output, arguments.threads > 0 ? arguments.threads : default_threads(), arguments);
    return ExitStatus::done;
  }
  if (is_done(output, loaded.header, arguments)) return ExitStatus::done;

  const auto folder = parts_folder(output);
  RunOptions options;
  options.spans = spans_to_do(folder, loaded.header, wanted, arguments);
  if (plan.has_looks()) options.earlier = tallies_before_look(plan, folder, options.spans);
  Progress last;
  if (!options.spans.empty() &&
      simulate(plan, loaded.header, folder, std::move(options), arguments, last) == RunEnd::stopped)
    return ExitStatus::stopped;
  if (arguments.shard) {
    report_shard(*arguments.shard, wanted, last, folder);
    return ExitStatus::done;
  }

  finish(loaded, plan, combine_parts(paths_of(list_parts(folder))), output,
         arguments.overwrite ? Existing::overwrite : Existing::refuse,
         runtime_table(arguments.threads > 0 ? arguments.threads : default_threads(), last.seconds,
                       static_cast<double>(last.patients)));
  std::error_code ignored;  // the result is there; what is left of the parts does no harm
  std::filesystem::remove_all(folder, ignored);
  log_detail(fmt::format("{} patients in {}", last.patients, short_duration(last.seconds)));
  if (!arguments.quiet) {
    print_headline(ResultFile(output), std::cout);
    std::cout << fmt::format("\nresult: {}\n", output.string());
  }
  return ExitStatus::done;
}

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

std::filesystem::path output_of(const RunArguments& arguments) {
  if (!arguments.output.empty()) return arguments.output;
  return std::filesystem::path(arguments.study == "-" ? "study" : arguments.study).stem().string() + ".h5";
}

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
  verb->add_option_function<std::string>(
          "--shard", [arguments](const std::string& text) { arguments->shard = shard_of(text); },
          "only shard K of N, K from 1 to N: publish its parts in OUT.parts/, for `vcohort merge`")
      ->check(valid(shard_of))
      ->type_name("K/N");
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
