#include "io/study/evidence_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/study/evidence_reader.hpp"
#include "tests/io/study/test_files.hpp"

namespace vcohort {
namespace {

using testing::HasSubstr;

const Evidence& sceptical() {
  static const Evidence evidence =
      read_evidence(source_file("scenarios/evidence/sceptical.toml"), "sceptical.toml").evidence;
  return evidence;
}

/// A study of 13 lines, followed by `rest`.
StudyReading study_with(const std::string& rest) {
  return read_study(R"(format = "vcohort-study 1"
[population]
size = 10
age_years = { distribution = "fixed", value = 4 }
gmfcs = { I = 1 }
[outcomes]
visits_months = 12
endpoints = "gmfm66"
[cohort]
reference = "none"
[[strategy]]
name = "none"
)" + rest,
                    "s.toml");
}

std::string complaint(const std::string& rest) {
  const StudyReading reading = study_with(rest);
  return complaint_of([&] { check_against_evidence(reading.study, sceptical(), reading.places); });
}

std::string cells(const std::string& cell, const std::string& route, const std::string& dose) {
  return "[[strategy]]\nname = \"" + cell + "\"\ncell = \"" + cell + "\"\nroute = \"" + route + "\"\n" + dose + "\n";
}

TEST(EvidenceCheck, KnowsThePairsThatWereStudied) {
  EXPECT_THAT(pairs_of(sceptical()), testing::IsSupersetOf({"MSC/intravenous", "MSC/intrathecal", "NSC/intranasal",
                                                            "NSC/intraventricular", "CB/intravenous"}));
  EXPECT_EQ(complaint(cells("MSC", "intravenous", "dose_per_kg = 2e6")), "");
  EXPECT_EQ(complaint(cells("CB", "intravenous", "dose_per_kg = 5e7")), "")
      << "nucleated cells per kg are cells per kg";
  EXPECT_EQ(complaint(cells("NSC", "intranasal", "reference_doses = 1")), "");
}

TEST(EvidenceCheck, RefusesPairsThatNobodyStudied) {
  EXPECT_THAT(
      complaint(cells("CB", "intranasal", "dose_per_kg = 1e6")),
      testing::AllOf(
          HasSubstr("s.toml:15:8: CB/intranasal has no delivery factor (the evidence \"sceptical\" has none, and "
                    "nothing is invented) use one of MSC/intravenous, "),
          HasSubstr("or supply delivery and reference_dose by [[override]]")));
}

TEST(EvidenceCheck, ListsTheMissingPairsOfAGrid) {
  EXPECT_THAT(
      complaint(
          "[grid]\ncell = [\"MSC\", \"NSC\"]\nroute = [\"intravenous\", \"intrathecal\"]\ndose_per_kg = [1e6, 2e6]\n"),
      HasSubstr("s.toml:13:1: the grid asks for pairs of cell and route that nobody studied: NSC/intrathecal, "
                "NSC/intravenous ("));
}

TEST(EvidenceCheck, RefusesDosesInAnotherUnit) {
  EXPECT_EQ(
      complaint(cells("MSC", "intravenous", "dose = 1e7")),
      "s.toml:17:8: MSC/intravenous is not dosed by \"dose\" (the evidence \"sceptical\" gives its reference dose in "
      "cells/kg) write dose_per_kg");
  EXPECT_THAT(complaint(cells("NSC", "intranasal", "dose_per_kg = 1e6")),
              HasSubstr("in published doses) write reference_doses"));
}

TEST(EvidenceCheck, OverridesSupplyAPairWithItsSource) {
  const std::string delivery =
      "[[override]]\nparameter = \"delivery.CB.intranasal\"\nvalue = 2\nsource = \"a guess\"\n";
  const std::string dose =
      "[[override]]\nparameter = \"reference_dose.CB.intranasal\"\nvalue = 1e6\nsource = \"a guess\"\n";
  const std::string strategy = cells("CB", "intranasal", "dose_per_kg = 1e6");
  EXPECT_THAT(complaint(strategy + delivery), HasSubstr("CB/intranasal has no reference dose"));
  EXPECT_EQ(complaint(strategy + delivery + dose), "");
  const StudyReading reading = study_with(strategy + delivery + dose);
  const Evidence amended = check_against_evidence(reading.study, sceptical(), reading.places);
  EXPECT_EQ(find(amended, "delivery.CB.intranasal")->value, 2);
  EXPECT_EQ(find(sceptical(), "delivery.CB.intranasal"), nullptr) << "the evidence itself is left alone";
}

TEST(EvidenceCheck, OverridesMustBeParametersInTheirRange) {
  EXPECT_EQ(complaint("[[override]]\nparameter = \"effect.emx\"\nvalue = 2\nsource = \"x\"\n"),
            "s.toml:14:13: effect.emx: no such parameter (the model would not read it) did you mean effect.emax?");
  EXPECT_THAT(complaint("[[override]]\nparameter = \"effect.emax\"\nvalue = -2\nsource = \"x\"\n"),
              HasSubstr("s.toml:14:13: effect.emax: -2 is out of range"));
}

std::string sensitivity(const std::string& keys) {
  return R"([policy]
reference = "none"
parameter_draws = 20
patients_per_draw = 64
horizon_years = 5
discount = { costs = 0.0, effects = 0.0 }
currency = "USD"
price_year = 2025
willingness_to_pay = { from = 0, to = 100_000, step = 50_000 }
thresholds = [50_000]
[policy.sensitivity]
)" + keys +
         "\n";
}

TEST(EvidenceCheck, RefusesMovesThatTheEvidenceOrTheModelForbids) {
  EXPECT_EQ(complaint(sensitivity(R"(threshold = [{ parameter = "effect.emax" }])")), "");
  EXPECT_THAT(complaint(sensitivity(R"(threshold = [{ parameter = "delivery.CB.intranasal" }])")),
              HasSubstr("delivery.CB.intranasal: the evidence \"sceptical\" has no such number (it cannot be moved)"));
  EXPECT_THAT(complaint(sensitivity(R"(threshold = [{ parameter = "trial.drift" }])") +
                        "[[override]]\nparameter = \"trial.drift\"\nvalue = 0\nsource = \"x\"\n"),
              HasSubstr("the range of trial.drift is empty (from 0 to 0)"));
  EXPECT_THAT(complaint(sensitivity(R"(grid = [{ parameter = "patient.epilepsy_share", values = [99] },
                                               { parameter = "effect.emax", values = [1] }])")),
              HasSubstr("patient.epilepsy_share cannot be moved to 99 (allowed are factors from 0 to "));
  EXPECT_THAT(complaint("[grid]\ncell = \"MSC\"\nroute = \"intravenous\"\ninfusions = [1, 2, 3, 4, 5, 6, 7, 8]\n"
                        "interval_days = [7, 14]\ndose_per_kg = 1e6\n" +
                        sensitivity("sobol = { points = 16384, patients = 64 }")),
              HasSubstr("the Sobol indices would keep "));
}

}  // namespace
}  // namespace vcohort
