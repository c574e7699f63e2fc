#include <gtest/gtest.h>

#include "tests/engine/trial/designs.hpp"

/// The reference is arm 0 of every trial, wherever the study lists it.
namespace vcohort::test {
namespace {

/// Three arms with everything that is given per arm; the study lists the reference last.
Study reference_last() {
  Study study = normal_trial("t", 120, 0, 4);
  study.data_model->arms.resize(3);
  study.trial->arms.resize(3);
  for (std::size_t a = 0; a < 3; ++a) {
    DataModel::DataArm& arm = study.data_model->arms[a];
    arm.name = std::string(1, static_cast<char>('a' + a));
    arm.mean = {10.0 * static_cast<double>(a + 1)};
    arm.sd = {1};
    study.trial->arms[a].name = arm.name;
    study.trial->arms[a].strategy = static_cast<int>(a);
    study.trial->arms[a].ratio = static_cast<int>(a) + 1;
  }
  study.trial->reference = 2;
  study.trial->randomisation.block = 6;
  study.trial->dropout = Dropout{.months = {12}, .share = {0.1}, .arm_odds_ratio = {1, 2, 3}};
  IntercurrentEvent event;
  event.arm_share = {0.1, 0.2, 0.3};
  study.trial->intercurrent = {event};
  return study;
}

TEST(Reference, ComesFirstWithAllThatIsGivenPerArm) {
  const Protocol protocol(reference_last(), no_evidence());
  std::vector<std::string> names;
  for (const Arm& arm : protocol.design.arms) names.push_back(arm.name);
  EXPECT_EQ(names, (std::vector<std::string>{"c", "a", "b"}));
  EXPECT_EQ(protocol.design.dropout->arm_odds_ratio, (std::vector<double>{3, 1, 2}));
  EXPECT_EQ(protocol.design.intercurrent[0].arm_share, (std::vector<double>{0.3, 0.1, 0.2}));
  EXPECT_EQ(protocol.drawn_order, (std::vector<int>{1, 2, 0}));
  EXPECT_EQ(protocol.arm_of_contrast(1).name, "b");
}

// Allocation is drawn in the study's order: the patient who gets the study's second arm gets it whichever arm is the
// reference.
TEST(Reference, MovesNoAllocation) {
  Study study = reference_last();
  study.trial->intercurrent.clear();
  const auto arms_of_patients = [&](int reference) {
    study.trial->reference = reference;
    const Table data = Trial(study, no_evidence()).dataset(2, 120);
    return std::get<std::vector<std::string>>(data.find("arm")->values);
  };
  const auto arms = arms_of_patients(0);
  EXPECT_EQ(std::count(arms.begin(), arms.end(), "c"), 60);
  EXPECT_EQ(arms_of_patients(1), arms);
  EXPECT_EQ(arms_of_patients(2), arms);
}

TEST(Reference, IsWhatEffectsAreTakenAgainst) {
  Study study = reference_last();
  study.trial->dropout.reset();
  study.trial->intercurrent.clear();
  const Table found = run(study);
  EXPECT_EQ(std::get<std::vector<std::string>>(found.find("arm")->values), (std::vector<std::string>{"a", "b"}));
  EXPECT_DOUBLE_EQ(number(found, "true_value", 0), -20);
  EXPECT_DOUBLE_EQ(number(found, "true_value", 1), -10);
}

}  // namespace
}  // namespace vcohort::test
