#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "io/cli/answered_claim.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/results/column_of.hpp"

namespace vcohort {

namespace {

struct ClaimsArguments {
  std::vector<std::string> names;
  std::vector<std::string> settings;
  int threads = 0;
  TableFormat format = TableFormat::table;
};

/// One claim for a reader: its words, then a line per contrast and stance.
void print_claim(const Claim& claim, const Table& answers) {
  const auto texts = [&](const char* column) -> const auto& {
    return column_of<std::string>(answers, column);
  };
  const auto numbers = [&](const char* column) -> const auto& {
    return column_of<double>(answers, column);
  };
  std::cout << fmt::format("{}\n  \"{}\"\n", texts("claim").front(), claim.words);
  for (std::size_t row = 0; row < answers.rows(); ++row) {
    if (row == 0 || texts("contrast")[row] != texts("contrast")[row - 1])
      std::cout << fmt::format(
          "  {} (claimed {} {:g})\n", texts("contrast")[row],
          claim.contrasts.at(row / (answers.rows() / claim.contrasts.size())).claimed_below ? "below" : "above",
          numbers("claimed_beyond")[row]);
    std::cout << fmt::format("    {:<11} {:>8.3f} ± {:<7.3f} {}", texts("scenario")[row], numbers("value")[row],
                             numbers("mcse")[row], texts("answer")[row]);
    if (!claim.premises.empty()) std::cout << fmt::format(" (premises neutral: {:.3f})", numbers("neutral_value")[row]);
    std::cout << '\n';
  }
  if (!claim.premises.empty()) std::cout << fmt::format("  rests on {}\n", texts("premises").front());
  std::cout << '\n';
}

ExitStatus answer(const ClaimsArguments& arguments) {
  std::vector<Table> all;
  for (const std::string& name : arguments.names.empty() ? shipped_claims() : arguments.names) {
    AnsweredClaim answered = answer_claim_of(name, arguments.settings, arguments.threads);
    if (arguments.format == TableFormat::table)
      print_claim(answered.claim, answered.answers);
    else
      append_rows(all, std::move(answered.answers));
  }
  for (const Table& table : all) print(table, arguments.format, std::cout);
  if (arguments.format == TableFormat::table)
    std::cout << "value ± Monte Carlo standard error. Assumption-driven: the answer goes with a premise that nobody "
                 "measured.\nA research tool, no medical advice.\n";
  return ExitStatus::done;
}

}  // namespace

void add_claims(Verb& program) {
  auto arguments = std::make_shared<ClaimsArguments>();
  Verb verb = program.verb("claims", "answer the claims of the article, or of a study, under every stance");
  verb.footer(
      "A claim is a study with a [claim]. Each is simulated as it is, and once more with the parameters that carry it "
      "at\n"
      "values that say nothing: an answer that changes with them rests on them.\n\n"
      "  vcohort claims\n"
      "  vcohort claims age-window four-low-doses");
  verb.option("names", arguments->names, "claims that ship, or study files with a [claim]; default: all that ship");
  verb.settings(arguments->settings);
  verb.threads(arguments->threads);
  add_format(verb, arguments->format);
  verb.action([arguments] {
    const ReadableOutput readable(arguments->format);
    return answer(*arguments);
  });
}

}  // namespace vcohort
