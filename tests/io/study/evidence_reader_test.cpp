#include "io/study/evidence_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/evidence/registry.hpp"
#include "tests/io/study/test_files.hpp"

namespace vcohort {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// The shipped sceptical evidence with one text replaced by another.
std::string sceptical(const std::string& old = "", const std::string& replacement = "") {
  std::string bytes = source_file("scenarios/evidence/sceptical.toml");
  const std::size_t place = bytes.find(old);
  if (place == std::string::npos) ADD_FAILURE() << "no " << old;
  return bytes.replace(place, old.size(), replacement);
}

std::string complaint(const std::string& bytes) {
  return complaint_of([&] { read_evidence(bytes, "e.toml"); });
}

TEST(EvidenceReader, ReadsTheShippedStances) {
  for (const std::string name : {"published", "sceptical", "null"}) {
    const std::string bytes = source_file("scenarios/evidence/" + name + ".toml");
    const EvidenceReading reading = read_evidence(bytes, name + ".toml");
    EXPECT_EQ(reading.evidence.name, name);
    for (const ParameterDefinition& definition : parameter_registry()) {
      if (definition.optional) continue;
      EXPECT_NE(find(reading.evidence, definition.name), nullptr) << definition.name;
    }
    EXPECT_EQ(read_evidence(reading.resolved, "resolved").resolved, reading.resolved)
        << "the resolved text is a fixed point";
  }
}

TEST(EvidenceReader, ReadsAParameterFieldByField) {
  const Evidence evidence = read_evidence(sceptical(), "e.toml").evidence;
  const Parameter* parameter = find(evidence, "delivery.MSC.intrathecal");
  ASSERT_NE(parameter, nullptr);
  EXPECT_EQ(parameter->value, 2.4);
  EXPECT_EQ(parameter->unit, "");
  EXPECT_EQ(parameter->uncertainty.kind, Uncertainty::Kind::lognormal);
  EXPECT_EQ(parameter->uncertainty.sigma, 0.6);
  EXPECT_EQ(parameter->strength, Strength::derived);
  EXPECT_THAT(parameter->source, StartsWith("Amanat 2021"));
  EXPECT_EQ(parameter->id, find_parameter("delivery.MSC.intrathecal")->id);
}

TEST(EvidenceReader, SaysWhatIsWrongAndWhere) {
  // motor.limit.I is the first parameter: its header is in line 11, its value in 12.
  EXPECT_EQ(
      complaint(sceptical("motor.limit.I\"", "motor.limt.I\"")),
      "e.toml:14:12: unknown parameter \"motor.limt.I\" (the model would not read it) did you mean \"motor.limit.I\"?");
  EXPECT_EQ(complaint(sceptical("[parameter.\"motor.limit.I\"]", "[parameter.\"x\"]")),
            "e.toml:14:2: the parameter \"motor.limit.I\" is missing (an evidence file is complete in itself) add it "
            "with its "
            "source\ne.toml:14:12: unknown parameter \"x\" (the model would not read it) remove it");
  EXPECT_THAT(complaint(sceptical("value = 87.7", "value = 187.7")), StartsWith("e.toml:15:9: motor.limit.I: "));
  EXPECT_EQ(complaint(sceptical("value = 87.7", "value = \"87.7\"")),
            "e.toml:15:9: \"value\" must be a number (it is a text) write a number");
  EXPECT_EQ(complaint(sceptical("value = 87.7\n", "")),
            "e.toml:14:1: \"value\" is missing (in [parameter.\"NAME\"]) write value = 4.0");
  EXPECT_THAT(complaint(sceptical("unit = \"GMFM-66 points\"", "unit = \"points\"")),
              StartsWith("e.toml:15:9: motor.limit.I: unit"));
  EXPECT_THAT(complaint(sceptical("sd = 0.69", "sd = 0")), StartsWith("e.toml:17:47: \"sd\" = 0 is impossible"));
  EXPECT_THAT(complaint(sceptical("sd = 0.69", "sd = 0.69, sigma = 1")),
              StartsWith("e.toml:17:53: a normal has no \"sigma\""));
  EXPECT_THAT(complaint(sceptical(", sd = 0.69", "")), StartsWith("e.toml:17:15: \"sd\" is missing"));
  EXPECT_THAT(complaint(sceptical("\"normal\"", "\"gaussian\"")),
              StartsWith("e.toml:17:32: \"distribution\" cannot be"));
  EXPECT_THAT(complaint(sceptical("strength = \"recalled\"", "strength = \"recaled\"")),
              HasSubstr("did you mean \"recalled\"?"));
  EXPECT_THAT(complaint(sceptical("source = ", "sauce = ")), HasSubstr("unknown key \"sauce\""));
  EXPECT_THAT(complaint(sceptical("[parameter.\"motor.limit.I\"]", "[parameter.motor.limit.I]")),
              HasSubstr("e.toml:14:12: unknown parameter \"motor\" (a name with dots is one key only in quotes)"));
  EXPECT_THAT(complaint(sceptical("name = \"sceptical\"\n", "")), StartsWith("e.toml:1:1: \"name\" is missing"));
  EXPECT_THAT(complaint(sceptical("title =", "titel =")), HasSubstr("e.toml:3:1: unknown key \"titel\""));
  EXPECT_THAT(complaint(sceptical("vcohort-evidence 1", "vcohort-study 1")),
              StartsWith("e.toml:1:10: this is not an evidence file"));
  EXPECT_THAT(complaint("format = \"vcohort-evidence 1\"\nname = \"x\"\ntitle = \"x\""),
              HasSubstr("the evidence has no parameters"));
}

std::string with_joint(const std::string& joint) {
  return sceptical() + "\n[[joint]]\n" + joint;
}

TEST(EvidenceReader, JointPriorsMustBeCorrelations) {
  const std::string names = "parameters = [\"motor.limit.I\", \"motor.limit.II\"]\n";
  const std::string source = "source = \"x\"\n";
  EXPECT_EQ(complaint(with_joint(names + source + "correlation = [[1.0, 0.6], [0.6, 1.0]]")), "");
  EXPECT_THAT(complaint(with_joint(names + source + "correlation = [[1.0, 0.6], [0.5, 1.0]]")), HasSubstr("symmetric"));
  EXPECT_THAT(complaint(with_joint(names + source + "correlation = [[1.0, 1.0], [1.0, 1.0]]")),
              HasSubstr("not positive definite"));
  EXPECT_THAT(complaint(with_joint(names + source + "correlation = [[1.0, 0.6]]")), HasSubstr("not square"));
  EXPECT_THAT(complaint(with_joint(names + source + "correlation = [[1.0, 2.0], [2.0, 1.0]]")),
              HasSubstr("numbers from -1 to 1"));
  EXPECT_THAT(complaint(with_joint(names + "correlation = [[1.0, 0.6], [0.6, 1.0]]")),
              HasSubstr("\"source\" is missing"));
  EXPECT_THAT(complaint(with_joint("parameters = [\"motor.limit.I\", \"motor.limit.6\"]\n" + source +
                                   "correlation = [[1.0, 0.6], [0.6, 1.0]]")),
              HasSubstr("the evidence has no parameter \"motor.limit.6\" (in a joint prior) did you mean"));
}

}  // namespace
}  // namespace vcohort
