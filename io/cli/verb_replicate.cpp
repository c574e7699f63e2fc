#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "io/cli/replications.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
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

ExitStatus replicate(ReplicateArguments arguments) {
  arguments.options.uncertain_parameters = !arguments.fixed;
  const AssessedReplications replications =
      assess_replications(arguments.names, arguments.evidence, arguments.options, arguments.threads);
  const std::vector<AssessedStudy>& assessed = replications.assessed;

  ReplicationCounts counts;
  for (const AssessedStudy& study : assessed) counts.add(study);
  if (arguments.format == TableFormat::table) {
    print_replications(assessed, std::cout);
    std::cout << counts.text() << '\n';
  } else {
    print(replication_table(assessed), arguments.format, std::cout);
  }
  return counts.misfits.all == 0 ? ExitStatus::done : ExitStatus::answer_is_no;
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
