#include <fmt/format.h>
#include <oneapi/tbb/global_control.h>

#include <iostream>
#include <memory>

#include "engine/replication/assessment.hpp"
#include "engine/replication/replication.hpp"
#include "engine/run/run.hpp"
#include "io/cli/load_replication.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/console/log.hpp"
#include "io/replication/replication_table.hpp"

namespace vcohort {

namespace {

struct ReplicateArguments {
  std::vector<std::string> names;
  std::string evidence;
  bool fixed = false;
  ReplicationOptions options;
  int threads = 0;
  TableFormat format = TableFormat::table;
};

void assess(const Replicated& replicated, const ReplicationOptions& options, std::vector<AssessedStudy>& assessed) {
  const std::vector<PublishedFigure>& figures = replicated.published.figures;
  if (!replicated.study) {
    AssessedStudy alone{replicated.name, "", &replicated.published, {}};
    for (const PublishedFigure& figure : figures) alone.figures.push_back(assess(figure, {}, ""));
    assessed.push_back(std::move(alone));
    return;
  }
  for (const Evidence& evidence : replicated.study->evidence) {
    log_detail(fmt::format("{}, evidence '{}'", replicated.name, evidence.name));
    const FigureMatrix matrix = replicate_figures(replicated.study->reading.study, evidence, figures, options);
    AssessedStudy under{replicated.name, evidence.name, &replicated.published, {}};
    for (std::size_t f = 0; f < figures.size(); ++f)
      under.figures.push_back(assess(figures[f], matrix.of(f), evidence.name));
    assessed.push_back(std::move(under));
  }
}

ExitStatus replicate(ReplicateArguments arguments) {
  arguments.options.uncertain_parameters = !arguments.fixed;
  const int threads = arguments.threads > 0 ? arguments.threads : default_threads();
  const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                          static_cast<std::size_t>(threads));
  const std::vector<std::string> settings = evidence_setting(arguments.evidence);
  std::vector<std::unique_ptr<Replicated>> studies;  // assessments refer to them
  for (const std::string& name : arguments.names.empty() ? shipped_replications() : arguments.names)
    studies.push_back(std::make_unique<Replicated>(load_replication(name, settings)));
  std::vector<AssessedStudy> assessed;
  for (const auto& study : studies) assess(*study, arguments.options, assessed);

  ReplicationCounts counts;
  for (const AssessedStudy& study : assessed) counts.add(study);
  if (arguments.format == TableFormat::table) {
    print_replications(assessed, std::cout);
    std::cout << counts.text() << '\n';
  } else {
    print(replication_table(assessed), arguments.format, std::cout);
  }
  return counts.misfits == 0 ? ExitStatus::done : ExitStatus::answer_is_no;
}

}  // namespace

void add_replicate(Verb& program) {
  auto arguments = std::make_shared<ReplicateArguments>();
  Verb verb = program.verb("replicate", "does the model reproduce the published studies?");
  verb.footer(
      "Simulates each published study many times at its own size and design, and shows where each published figure "
      "lies in the\n"
      "predictive distribution of the same figure at the same n. Exit status 6 where a figure lies outside its 95 % "
      "interval and\n"
      "no reason is known.\n\n"
      "  vcohort replicate\n"
      "  vcohort replicate peng-2017 --evidence sceptical\n"
      "  vcohort replicate my-study.toml         with the figures in my-study.figures.toml");
  verb.option("name", arguments->names, "replications that ship, or study files [all that ship]");
  verb.option("--evidence", arguments->evidence, "stance, or evidence file [those of the studies]");
  verb.option("--replicates", arguments->options.replicates, "simulated studies [2000]")
      .within(std::int64_t{1}, std::int64_t{100'000'000});
  verb.choice("--parameters", arguments->fixed, {{"uncertain", false}, {"fixed", true}},
              "uncertain: one draw of the parameters per simulated study; fixed: their point values [uncertain]");
  verb.threads(arguments->threads);
  add_format(verb, arguments->format);
  verb.action([arguments] {
    const ReadableOutput readable(arguments->format);
    return replicate(*arguments);
  });
}

}  // namespace vcohort
