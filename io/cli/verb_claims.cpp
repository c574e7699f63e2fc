#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <memory>

#include "engine/run/claim_answer.hpp"
#include "engine/run/run.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/results/column_of.hpp"
#include "scenarios/shipped.hpp"

namespace vcohort {

namespace {

struct ClaimsArguments {
  std::vector<std::string> names;
  std::vector<std::string> settings;
  int threads = 0;
  TableFormat format = TableFormat::table;
};

std::vector<std::string> shipped_claims() {
  std::vector<std::string> names;
  for (const ShippedFile& file : shipped_files())
    if (file.folder == "claims") names.emplace_back(file.name);
  return names;
}

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
    const LoadedStudy loaded = load_study(name, arguments.settings);
    refuse_sweep(loaded, "a claim");
    if (!loaded.reading.study.claim)
      throw InvalidInput(explain(fmt::format("{} makes no claim", name), "it has no [claim]", "add one"));
    const std::string stem = std::filesystem::path(name).stem().string();
    Table answers = answer_claim(loaded.reading.study, loaded.evidence, stem, arguments.threads);
    if (arguments.format == TableFormat::table)
      print_claim(*loaded.reading.study.claim, answers);
    else
      append_rows(all, std::move(answers));
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
  verb.action([arguments] { return answer(*arguments); });
}

}  // namespace vcohort
