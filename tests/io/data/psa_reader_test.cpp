#include "io/data/psa_reader.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <sstream>

#include "engine/numeric/errors.hpp"
#include "engine/policy/decision/decide.hpp"
#include "io/data/csv_rows.hpp"

namespace vcohort {
namespace {

const std::string table =
    "draw,strategy,cost,effect,p,note\n"
    "1,A,1000,1.0,0.25,\"a, b\"\n"
    "1,\"B \"\"x\"\"\",4000,1.3,0.25,\"a, b\"\n"
    "2,A,1100,1.2,-3e2,\"two\nlines\"\n"
    "2,\"B \"\"x\"\"\",4200,1.1,-3e2,\"two\nlines\"\n";

Psa read(const std::string& text, const PsaColumns& columns = {}) {
  std::istringstream in(text);
  return read_psa(in, "psa.csv", columns);
}

TEST(PsaReader, ReadsALongTable) {
  const Psa psa = read(table, {"B \"x\"", {}, true});
  EXPECT_EQ(psa.strategies, (std::vector<std::string>{"A", "B \"x\""}));
  EXPECT_EQ(psa.reference, 1);
  EXPECT_EQ(psa.cost(1, 1), 4200);
  EXPECT_EQ(psa.effect(0, 1), 1.3);
  EXPECT_EQ(psa.parameters, std::vector<std::string>{"p"});  // a note is no number
  EXPECT_EQ(psa.parameter_values(1, 0), -300);
  EXPECT_TRUE(read(table).parameters.empty());
  EXPECT_EQ(read(table, {"", {"p"}, false}).parameter_values(0, 0), 0.25);
}

TEST(PsaReader, ReadsAWideTable) {
  for (const std::string separator : {",", ";", "\t"}) {
    std::string text = "draw,cost_A,effect_A,p,effect.new drug,cost.new drug\n7,10,1,0.5,2,20\n9,11,1,0.6,2.5,21\n";
    for (std::size_t at = 0; (at = text.find(',', at)) != std::string::npos; ++at) text.replace(at, 1, separator);
    const Psa psa = read(text, {"", {"p"}, false});
    EXPECT_EQ(psa.strategies, (std::vector<std::string>{"A", "new drug"}));
    EXPECT_EQ(psa.draw_names, (std::vector<std::string>{"7", "9"}));
    EXPECT_EQ(psa.cost(1, 1), 21);
    EXPECT_EQ(psa.effect(0, 1), 2);
    EXPECT_EQ(psa.parameter_values(1, 0), 0.6);
  }
}

TEST(PsaReader, TakesScenariosApart) {
  std::istringstream in("scenario,draw,strategy,cost,effect\na,1,A,1,1\nb,1,A,2,1\na,1,B,3,1\nb,1,B,4,1\n");
  const PsaFile file = read_psa_file(in, "psa.csv", {});
  ASSERT_EQ(file.parts.size(), 2u);
  EXPECT_EQ(file.parts[1].scenario, "b");
  EXPECT_EQ(file.parts[1].psa.cost(0, 1), 4);
}

TEST(PsaReader, ALongLineIsRefusedBeforeItIsHeld) {
  std::istringstream in("draw,strategy,cost,effect\n1,A,1,\"" + std::string(longest_csv_record, '1') + "\"\n");
  EXPECT_THROW(read_psa_file(in, "psa.csv", {}), InvalidInput);
  std::string open = "draw,strategy,cost,effect\n1,A,1,\"";  // a quote that is never closed, line after line
  for (int line = 0; line < 17'000; ++line) open += std::string(1000, '1') + "\n";
  std::istringstream lines(open);
  EXPECT_THROW(read_psa_file(lines, "psa.csv", {}), InvalidInput);
}

TEST(PsaReader, LinesAreCountedThroughQuotedOnes) {
  std::string broken = table;
  broken.replace(broken.find("1.1,"), 3, "1.x");
  try {
    read(broken);
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_TRUE(std::string(error.what()).starts_with("psa.csv:6:1: \"1.x\" in column \"effect\"")) << error.what();
  }
}

/// Reads and decides; whatever is no table must be refused, and nothing else may happen.
void read_or_refuse(const std::string& text) {
  try {
    const Psa psa = read(text, {"", {}, true});
    DecisionQuestion question;
    question.willingness_to_pay = {0, 20000};
    for (const std::string& parameter : psa.parameters) question.evppi.push_back({parameter});
    const Decision found = decide(psa, question);
    double sum = 0;
    for (const double share : std::get<std::vector<double>>(found.willingness_to_pay.find("ceac")->values))
      sum += share;
    EXPECT_NEAR(sum, 2, 1e-9) << text;
  } catch (const InvalidInput& error) {
    EXPECT_TRUE(std::string(error.what()).starts_with("psa.csv:") ||
                std::string(error.what()).find("draws") != std::string::npos)
        << error.what();
  }
}

TEST(PsaReader, TruncatedTablesAreReadOrRefused) {
  for (std::size_t length = 0; length <= table.size(); ++length) read_or_refuse(table.substr(0, length));
}

TEST(PsaReader, MutatedTablesAreReadOrRefused) {
  std::mt19937_64 chance(1);
  const std::string palette = "0123456789.,\"\n\r-+eEinfNaxA \t\xEF\xBB\xBF";
  for (int round = 0; round < 5000; ++round) {
    std::string text = table;
    for (std::uint64_t edits = 1 + chance() % 4; edits > 0; --edits) {
      const std::size_t place = chance() % text.size();
      const std::size_t length = std::min<std::size_t>(chance() % 3, text.size() - place);
      text.replace(place, length, chance() % 3, palette[chance() % palette.size()]);
      if (text.empty()) text = ",";
    }
    read_or_refuse(text);
  }
}

TEST(PsaReader, RandomBytesAreReadOrRefused) {
  std::mt19937_64 chance(2);
  for (int round = 0; round < 2000; ++round) {
    std::string text(chance() % 200, ' ');
    for (char& byte : text) byte = static_cast<char>(chance());
    read_or_refuse(text);
    read_or_refuse("draw,strategy,cost,effect\n" + text);
  }
}

}  // namespace
}  // namespace vcohort
