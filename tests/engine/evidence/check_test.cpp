#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "engine/evidence/evidence.hpp"
#include "engine/evidence/registry.hpp"
#include "engine/numeric/errors.hpp"
#include "tests/engine/evidence/small_evidence.hpp"

namespace vcohort {
namespace {

using testing::HasSubstr;

/// Every required parameter at an allowed value.
Evidence complete_evidence() {
  Evidence evidence = evidence_of({});
  for (const ParameterDefinition& definition : parameter_registry()) {
    if (!definition.optional) evidence.parameters.push_back(parameter(definition.name, definition.minimum));
  }
  return evidence;
}

Parameter& in(Evidence& evidence, const std::string& name) {
  for (Parameter& candidate : evidence.parameters) {
    if (candidate.name == name) return candidate;
  }
  throw std::runtime_error("no " + name);
}

std::string message_after(const std::function<void(Evidence&)>& spoil) {
  Evidence evidence = complete_evidence();
  spoil(evidence);
  try {
    check(evidence);
  } catch (const InvalidInput& refusal) {
    return refusal.what();
  }
  return "accepted";
}

TEST(CheckEvidence, AcceptsWhatIsCompleteAndSortsIt) {
  Evidence evidence = complete_evidence();
  std::reverse(evidence.parameters.begin(), evidence.parameters.end());
  for (Parameter& each : evidence.parameters) each.id = 0;
  check(evidence);
  EXPECT_EQ(evidence.parameters.front().name, "motor.limit.I");
  for (std::size_t i = 1; i < evidence.parameters.size(); ++i) {
    EXPECT_LT(evidence.parameters[i - 1].id, evidence.parameters[i].id);
  }
}

TEST(CheckEvidence, RefusesAnUnknownNameAndSuggests) {
  const auto message = message_after([](Evidence& e) { in(e, "effect.emax").name = "efect.emax"; });
  EXPECT_THAT(message, HasSubstr("did you mean effect.emax?"));
}

TEST(CheckEvidence, RefusesAnotherDirectionThanTheEndpointHas) {
  EXPECT_EQ(message_after([](Evidence& e) { in(e, "domain.lower_is_better.sleep").value = 0; }),
            "domain.lower_is_better.sleep: 0 is out of range (the model takes 1 alone) correct the value.");
  EXPECT_THAT(message_after([](Evidence& e) { in(e, "domain.lower_is_better.adl").value = 1; }),
              HasSubstr("the model takes 0 alone"));
  EXPECT_THAT(message_after([](Evidence& e) { in(e, "domain.lower_is_better.adl").uncertainty = bernoulli(0.5); }),
              HasSubstr("draws may reach 0 to 1"));
}

TEST(CheckEvidence, RefusesAMissingOrRepeatedParameter) {
  EXPECT_THAT(message_after([](Evidence& e) { e.parameters.pop_back(); }), HasSubstr("background.serious: missing"));
  EXPECT_THAT(message_after([](Evidence& e) { e.parameters.push_back(in(e, "effect.emax")); }),
              HasSubstr("effect.emax: given twice"));
}

TEST(CheckEvidence, RefusesWhatIsOutOfRange) {
  EXPECT_THAT(message_after([](Evidence& e) { in(e, "responder.share").value = 1.5; }),
              HasSubstr("1.5 is out of range"));
  EXPECT_THAT(message_after([](Evidence& e) { in(e, "responder.share").value = std::nan(""); }),
              HasSubstr("out of range"));
  EXPECT_THAT(
      message_after([](Evidence& e) { in(e, "responder.share") = parameter("responder.share", 0.65, normal(0.1)); }),
      HasSubstr("truncate with low and high"));
}

TEST(CheckEvidence, RefusesAWrongUnitOrNoSource) {
  EXPECT_THAT(message_after([](Evidence& e) { in(e, "trial.drift").unit = "GMFM-88 points"; }), HasSubstr("unit"));
  EXPECT_THAT(message_after([](Evidence& e) { in(e, "trial.drift").source = ""; }), HasSubstr("no source"));
}

TEST(CheckEvidence, RefusesLawsThatAreNone) {
  const Uncertainty wrong[] = {normal(0),           normal(-1),      lognormal(0),
                               beta(0, 1),          uniform(1, 0.5), truncated(uniform(0, 1), 0, {}),
                               triangular(0, 2, 1), bernoulli(1.5),  truncated(normal(0.1), 0.9, 1.0)};
  for (const Uncertainty& law : wrong) {
    const auto message = message_after([&](Evidence& e) { in(e, "effect.any") = parameter("effect.any", 0.5, law); });
    EXPECT_THAT(message, HasSubstr("effect.any")) << name_of(law.kind);
  }
}

TEST(CheckEvidence, DeliveryNeedsAReferenceDose) {
  const auto add = [](Evidence& e) { e.parameters.push_back(parameter("delivery.MSC.intrathecal", 1)); };
  EXPECT_THAT(message_after(add), HasSubstr("no reference_dose.MSC.intrathecal"));
  const auto add_both = [&](Evidence& e) {
    add(e);
    Parameter dose = parameter("reference_dose.MSC.intrathecal", 1e6);
    dose.unit = "cells/kg";
    e.parameters.push_back(dose);
  };
  EXPECT_EQ(message_after(add_both), "accepted");
}

TEST(CheckEvidence, RefusesAJointPriorThatIsNone) {
  const auto with = [](std::vector<std::string> names, std::vector<std::vector<double>> correlation) {
    return message_after([&](Evidence& e) { e.joint.push_back({names, correlation, "a test"}); });
  };
  EXPECT_EQ(with({"effect.emax", "effect.ec50"}, {{1, 0.6}, {0.6, 1}}), "accepted");
  EXPECT_THAT(with({"effect.emax", "effect.ec50"}, {{1, 1.2}, {1.2, 1}}), HasSubstr("positive definite"));
  EXPECT_THAT(with({"effect.emax", "effect.ec50"}, {{1, 0.6}, {0.5, 1}}), HasSubstr("symmetric"));
  EXPECT_THAT(with({"effect.emax", "effect.ec50"}, {{1, 0.6}}), HasSubstr("square"));
  EXPECT_THAT(with({"effect.emax", "effect.emax"}, {{1, 0.6}, {0.6, 1}}), HasSubstr("twice"));
  EXPECT_THAT(with({"effect.emax", "delivery.CB.oral"}, {{1, 0.6}, {0.6, 1}}), HasSubstr("not in the evidence"));
  EXPECT_THAT(with({"effect.emax"}, {{1}}), HasSubstr("fewer than two"));
}

TEST(Override, FixesTheValueAndSaysSo) {
  Evidence evidence = evidence_of({parameter("effect.emax", 4, lognormal(0.4))});
  evidence.parameters[0].strength = Strength::derived;
  apply_override(evidence, "effect.emax", 9, "our own series of eight");
  const Parameter& changed = *find(evidence, "effect.emax");
  EXPECT_EQ(changed.value, 9);
  EXPECT_EQ(changed.uncertainty.kind, Uncertainty::Kind::fixed);
  EXPECT_EQ(changed.strength, Strength::assumed);
  EXPECT_EQ(changed.source, "our own series of eight");
}

TEST(Override, TakesAnUncertainty) {
  Evidence evidence = evidence_of({parameter("effect.emax", 4)});
  apply_override(evidence, "effect.emax", 9, "a test", lognormal(0.1));
  EXPECT_EQ(find(evidence, "effect.emax")->uncertainty.sigma, 0.1);
}

TEST(Override, SuppliesAPairThatNobodyStudiedInOrder) {
  Evidence evidence = evidence_of({parameter("motor.limit.I", 87.7), parameter("effect.emax", 4)});
  apply_override(evidence, "delivery.CB.intrathecal", 2, "our own guess");
  ASSERT_EQ(evidence.parameters.size(), 3u);
  EXPECT_EQ(evidence.parameters[1].name, "delivery.CB.intrathecal");
}

TEST(Override, RefusesNonsense) {
  Evidence evidence = evidence_of({parameter("effect.emax", 4)});
  EXPECT_THROW(apply_override(evidence, "effect.emax", -1, "a test"), InvalidInput);
  EXPECT_THROW(apply_override(evidence, "effect.emax", 9, ""), InvalidInput);
  EXPECT_THROW(apply_override(evidence, "effect.emacs", 9, "a test"), InvalidInput);
  EXPECT_EQ(find(evidence, "effect.emax")->value, 4);
}

TEST(Names, OfStrengthAndUncertaintyRoundTrip) {
  for (const char* name : {"found", "derived", "recalled", "assumed"}) EXPECT_STREQ(name_of(*strength_of(name)), name);
  for (const char* name : {"fixed", "normal", "lognormal", "beta", "uniform", "triangular", "bernoulli"}) {
    EXPECT_STREQ(name_of(*uncertainty_kind_of(name)), name);
  }
  EXPECT_FALSE(strength_of("guessed"));
  EXPECT_FALSE(uncertainty_kind_of("cauchy"));
}

}  // namespace
}  // namespace vcohort
