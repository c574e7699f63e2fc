#include "io/study/evidence_overlay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/io/study/test_files.hpp"

namespace vcohort {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string overlay(const std::string& rest, const std::string& base = "sceptical") {
  return "format = \"vcohort-evidence 1\"\nbase = \"" + base + "\"\nname = \"own\"\ntitle = \"own\"\n" + rest;
}

const std::string emax = R"([parameter."effect.emax"]
value = 5.5
unit = "GMFM-66 points"
source = "own trial"
strength = "found"
)";

/// Files that name each other by their own names, beside the stances that ship.
FindBase files(std::map<std::string, std::string> known) {
  return [known = std::move(known)](const std::string& base, const std::string& from) {
    const auto found = known.find(base);
    return found == known.end() ? shipped_base(base, from) : std::optional(EvidenceFile{found->second, base});
  };
}

std::string complaint(const std::string& bytes, const FindBase& find = shipped_base) {
  return complaint_of([&] { read_evidence(bytes, "e.toml", find); });
}

TEST(EvidenceOverlay, HoldsOnlyWhatDiffers) {
  const Evidence base = read_evidence(source_file("scenarios/evidence/sceptical.toml"), "sceptical").evidence;
  const EvidenceReading reading = read_evidence(overlay(emax), "e.toml");
  EXPECT_TRUE(reading.overlay);
  ASSERT_EQ(reading.evidence.parameters.size(), base.parameters.size());
  EXPECT_EQ(reading.evidence.currency, base.currency);
  for (std::size_t k = 0; k < base.parameters.size(); ++k) {
    const Parameter &own = reading.evidence.parameters[k], &of_base = base.parameters[k];
    ASSERT_EQ(own.name, of_base.name);
    if (own.name == "effect.emax") {
      EXPECT_EQ(own.value, 5.5);
      EXPECT_EQ(own.uncertainty.kind, Uncertainty::Kind::fixed) << "it replaces the parameter as a whole";
      EXPECT_EQ(own.source, "own trial");
    } else {
      EXPECT_EQ(own.value, of_base.value) << own.name;
      EXPECT_EQ(own.source, of_base.source) << own.name;
    }
  }
  EXPECT_EQ(reading.evidence.joint.size(), base.joint.size());
  EXPECT_FALSE(read_evidence(reading.resolved, "resolved").overlay) << "the resolved text is complete in itself";
  EXPECT_EQ(read_evidence(reading.resolved, "resolved").resolved, reading.resolved);
}

/// What it does not say of a procedure is what the base says: for whom it is meant, above all.
TEST(EvidenceOverlay, KeepsWhomAProcedureIsFor) {
  const auto indication_of = [](const Evidence& evidence) {
    return std::ranges::find(evidence.procedures, Procedure::rhizotomy, &ProcedureFacts::procedure)->indication;
  };
  const StrategyEligibility base =
      indication_of(read_evidence(source_file("scenarios/evidence/sceptical.toml"), "sceptical").evidence);
  ASSERT_TRUE(base.topography);
  const std::string facts = "[procedure.rhizotomy]\nkind = \"procedure\"\ntitle = \"own\"\nsource = \"x\"\n";
  EXPECT_EQ(indication_of(read_evidence(overlay(facts), "e.toml").evidence), base);
  const StrategyEligibility own =
      indication_of(read_evidence(overlay(facts + "indication = { gmfcs = [\"II\"] }\n"), "e.toml").evidence);
  EXPECT_FALSE(own.topography);
  EXPECT_NE(own, base);
}

TEST(EvidenceOverlay, MayLieOnAnotherOverlay) {
  const std::string remark =
      "joint = []\n[[remark]]\nparameters = [\"effect.emax\", \"severity.*.III\"]\nsource = \" (kept)\"\nreason = \"as "
      "in a\"\n";
  const Evidence evidence = read_evidence(overlay(remark, "a"), "e.toml", files({{"a", overlay(emax)}})).evidence;
  EXPECT_EQ(evidence.name, "own");
  EXPECT_EQ(find(evidence, "effect.emax")->value, 5.5);
  EXPECT_EQ(find(evidence, "effect.emax")->source, "own trial (kept)");
  EXPECT_EQ(find(evidence, "effect.emax")->reason, "as in a");
  EXPECT_EQ(find(evidence, "severity.NSC.III")->reason, "as in a");
  EXPECT_EQ(find(evidence, "severity.NSC.IV")->reason, "");
  EXPECT_TRUE(evidence.joint.empty());
}

TEST(EvidenceOverlay, ItsJointPriorsReplaceThoseOfTheBase) {
  const std::string joint =
      "[[joint]]\nparameters = [\"motor.limit.I\", \"motor.limit.II\"]\ncorrelation = [[1.0, 0.5], [0.5, 1.0]]\n"
      "source = \"x\"\n";
  EXPECT_EQ(read_evidence(overlay(joint), "e.toml").evidence.joint.size(), 1u);
  EXPECT_EQ(read_evidence(overlay(""), "e.toml").evidence.joint.size(), 1u);
  EXPECT_EQ(read_evidence(overlay("joint = []\n"), "e.toml").evidence.joint.size(), 0u);
}

TEST(EvidenceOverlay, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(complaint(overlay("", "septical")),
            "e.toml:2:8: unknown base \"septical\" (it is neither a stance that ships nor a file) use \"published\", "
            "\"sceptical\" or \"null\", or the path of an evidence file, relative to this one");
  EXPECT_EQ(complaint("format = \"vcohort-evidence 1\"\nbase = 3\nname = \"x\"\ntitle = \"x\"\n"),
            "e.toml:2:8: \"base\" must be a text (it is an integer) write base = \"sceptical\"");
  EXPECT_EQ(complaint(overlay("[parameter.\"effect.emaxx\"]\nvalue = 5\n")),
            "e.toml:5:12: unknown parameter \"effect.emaxx\" (the model would not read it) did you mean "
            "\"effect.emax\"?");
  EXPECT_EQ(complaint(overlay("[parameter.\"effect.emax\"]\nvalue = 5\n")),
            "e.toml:5:1: \"unit\" is missing (in [parameter.\"NAME\"]) write unit = \"GMFM-66 points\"\n"
            "e.toml:5:1: \"source\" is missing (in [parameter.\"NAME\"]) write source = \"Sun 2022, table 2\"\n"
            "e.toml:5:1: \"strength\" is missing (in [parameter.\"NAME\"]) write strength = \"derived\"");
  EXPECT_THAT(complaint(overlay("parameter = 3\n")), StartsWith("e.toml:5:1: the evidence has no parameters"));
  EXPECT_THAT(complaint(overlay("[[remark]]\nparameters = [\"onset.*.*\"]\nreason = \"x\"\n")),
              StartsWith("e.toml:6:15: the evidence has no parameter \"onset.*.*\" (in a remark)"));
  EXPECT_THAT(complaint(overlay("[[remark]]\nparameters = [\"onset.*\"]\n")),
              StartsWith("e.toml:5:1: the remark says nothing"));
  EXPECT_THAT(complaint(overlay("remark = 3\n")), StartsWith("e.toml:5:1: \"remark\" must be a list of tables"));
  EXPECT_THAT(complaint(source_file("scenarios/evidence/sceptical.toml") + "[[remark]]\nparameters = [\"onset.*\"]\n"),
              HasSubstr("\"remark\" has no effect (the file has no base)"));
  EXPECT_EQ(complaint(overlay(emax + "history = [{ until = \"yesterday\", value = 4.0, why = \"x\" }]\n")),
            "e.toml:10:22: \"yesterday\" is no date (of a version of the evidence) write until = \"2026-11-29\"");
}

TEST(EvidenceOverlay, ChainsEnd) {
  EXPECT_EQ(complaint(overlay("", "e.toml"), files({{"e.toml", overlay("")}})),
            "e.toml:2:8: the evidence is based on itself (e.toml -> e.toml) base one of them on a stance that ships");
  EXPECT_EQ(complaint(overlay("", "b"), files({{"b", overlay("", "c")}, {"c", overlay("", "b")}})),
            "c:2:8: the evidence is based on itself (e.toml -> b -> c -> b) base one of them on a stance that ships");
  std::map<std::string, std::string> long_chain;
  for (int k = 0; k < 30; ++k) long_chain["f" + std::to_string(k)] = overlay("", "f" + std::to_string(k + 1));
  EXPECT_THAT(complaint(overlay("", "f0"), files(long_chain)),
              HasSubstr("more than 16 files are based on one another"));
  EXPECT_THAT(complaint(overlay("", "b"), files({{"b", overlay("x = 3\n")}})), StartsWith("b:5:1: unknown key \"x\""))
      << "a fault of a base is told in its own name";
}

// What a base says in dollars of 2025 an overlay may not turn into euros.
TEST(EvidenceOverlay, KeepsTheMoneyOfItsBase) {
  EXPECT_EQ(complaint(overlay("currency = \"USD\"\nprice_year = 2025\n")), "");
  EXPECT_THAT(
      complaint(overlay("currency = \"EUR\"\n")),
      AllOf(StartsWith("e.toml:5:1: "), HasSubstr("would change its meaning (its base has it in USD of 2025)")));
  EXPECT_THAT(complaint(overlay("price_year = 2020\n")), StartsWith("e.toml:5:1: "));
}

TEST(EvidenceOverlay, StarsStandForOnePartOfAName) {
  EXPECT_TRUE(fits("severity.*.III", "severity.MSC.III"));
  EXPECT_TRUE(fits("effect.emax", "effect.emax"));
  EXPECT_FALSE(fits("severity.*", "severity.MSC.III"));
  EXPECT_FALSE(fits("severity.*.*", "severity.MSC"));
  EXPECT_FALSE(fits("effect", "effect.emax"));
  EXPECT_FALSE(fits("", "effect"));
}

}  // namespace
}  // namespace vcohort
