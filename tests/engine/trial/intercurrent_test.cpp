#include <gtest/gtest.h>

#include "engine/numeric/errors.hpp"
#include "tests/engine/trial/designs.hpp"

namespace vcohort::test {
namespace {

using Kind = IntercurrentEvent::Kind;
using Strategy = IntercurrentEvent::Strategy;

/// Two visits, an effect of .4 at month 6 and 1 at month 12; 36 % of the active arm discontinue by month 12, that is 20
/// % by 6.
Study with_event(Kind kind, Strategy strategy, std::int64_t replicates = 2000) {
  Study study = normal_trial("t", 200, 1, replicates);
  DataModel& model = *study.data_model;
  model.visits_months = {0, 6, 12};
  model.correlation = {{1, .5, .5}, {.5, 1, .5}, {.5, .5, 1}};
  model.arms[0].mean = {0, 0, 0};
  model.arms[1].mean = {0, 0.4, 1};
  for (auto& arm : model.arms) arm.sd = {1, 1, 1};
  IntercurrentEvent event;
  event.kind = kind;
  event.arm_share = {0, 0.36};
  event.strategy = strategy;
  study.trial->intercurrent = {event};
  return study;
}

struct Expected {
  double truth = 0;
  bool unbiased = true;
};

void expect(const Study& study, double truth) {
  const Table table = run(study);
  EXPECT_NEAR(number(table, "true_value"), truth, mcse_allowed * number(table, "true_value_mcse") + 1e-12);
  EXPECT_NEAR(number(table, "bias"), 0,
              mcse_allowed * std::hypot(number(table, "bias_mcse"), number(table, "true_value_mcse")));
}

/// Who has discontinued loses the whole effect: 1 * .64.
TEST(IntercurrentEvents, TreatmentPolicy) {
  expect(with_event(Kind::discontinuation, Strategy::treatment_policy), 0.64);
}

/// Had nobody discontinued: 1. The event is independent of the outcome, so that the observed ones tell.
TEST(IntercurrentEvents, Hypothetical) {
  expect(with_event(Kind::discontinuation, Strategy::hypothetical), 1);
}

/// 64 % reach month 12 on treatment, 16 % carry month 6 forward, 20 % the baseline.
TEST(IntercurrentEvents, WhileOnTreatment) {
  expect(with_event(Kind::discontinuation, Strategy::while_on_treatment), 0.64 + 0.16 * 0.4);
}

/// Discontinuing is no change from baseline, whose mean is 0.
TEST(IntercurrentEvents, Composite) {
  expect(with_event(Kind::discontinuation, Strategy::composite), 0.64);
}

/// Rescue by 36 % adds .5 under treatment policy.
TEST(IntercurrentEvents, Rescue) {
  Study study = with_event(Kind::rescue, Strategy::treatment_policy);
  study.trial->intercurrent[0].effect = 0.5;
  expect(study, 1 + 0.36 * 0.5);
  study.trial->intercurrent[0].strategy = Strategy::hypothetical;
  expect(study, 1);
}

/// A composite of a binary outcome: who has the event has failed.
TEST(IntercurrentEvents, CompositeOfABinaryOutcome) {
  Study study = with_event(Kind::discontinuation, Strategy::composite);
  study.data_model->kind = OutcomeKind::binary;
  study.data_model->visits_months = {6, 12};
  study.data_model->correlation.clear();
  study.data_model->arms[0].share = {0.3, 0.3};
  study.data_model->arms[1].share = {0.5, 0.75};
  study.trial->analyses[0].method = "risk-difference";
  expect(study, 0.64 * 0.75 - 0.3);
}

/// Of ordered categories the lowest is the worst where higher is better: category 1, whatever their number.
TEST(IntercurrentEvents, CompositeOfOrderedCategories) {
  Study study = with_event(Kind::discontinuation, Strategy::composite, 1);
  study.data_model->kind = OutcomeKind::ordinal;
  study.data_model->correlation.clear();
  study.data_model->visits_months = {6, 12};
  for (auto& arm : study.data_model->arms) arm.share = {0.0, 0.0, 0.5, 0.5};
  PreparedTrial trial(study, no_evidence());
  EXPECT_EQ(trial.protocol.minimum[0], 1);
  EXPECT_EQ(trial.protocol.maximum[0], 4);
  for (const bool lower : {false, true}) {
    trial.protocol.lower_is_better[0] = lower;
    const auto source = trial.model->source();
    const IntercurrentEvents events(trial.protocol, *source);
    Participants participants;
    participants.patient = {0};
    participants.baseline = {{std::numeric_limits<double>::quiet_NaN()}};
    ArmOutcomes outcomes;
    outcomes.values = {{3.0}, {4.0}};
    const int attended = 2;
    events.apply(IntercurrentEvents::Of::trial, participants, {{3.0}}, &attended, outcomes);
    EXPECT_EQ(outcomes.values[1][0], lower ? 4 : 1);
  }
}

/// A hand-made case: events and a loss, every strategy.
TEST(IntercurrentEvents, HandMadeValues) {
  Study study = with_event(Kind::discontinuation, Strategy::while_on_treatment, 1);
  const auto apply = [&](Strategy strategy, double when, int attended) {
    study.trial->intercurrent[0].strategy = strategy;
    const PreparedTrial trial(study, no_evidence());
    const auto source = trial.model->source();
    IntercurrentEvents events(trial.protocol, *source);
    Participants participants;
    participants.patient = {0};
    participants.baseline = {{10.0}};
    ArmOutcomes outcomes;
    outcomes.values = {{11.0}, {12.0}};
    events.apply(IntercurrentEvents::Of::trial, participants, {{when}}, &attended, outcomes);
    return std::vector<double>{outcomes.values[0][0], outcomes.values[1][0]};
  };
  const auto is_nan = [](double x) { return std::isnan(x); };
  EXPECT_EQ(apply(Strategy::treatment_policy, 7, 2), (std::vector<double>{11, 12}));
  EXPECT_EQ(apply(Strategy::while_on_treatment, 7, 2), (std::vector<double>{11, 11}));
  EXPECT_EQ(apply(Strategy::while_on_treatment, 3, 2), (std::vector<double>{10, 10}));
  EXPECT_EQ(apply(Strategy::composite, 7, 2), (std::vector<double>{11, 10}));
  // On the day of a visit the event comes after it.
  EXPECT_EQ(apply(Strategy::composite, 6, 2), (std::vector<double>{11, 10}));
  EXPECT_EQ(apply(Strategy::hypothetical, 7, 2)[0], 11);
  EXPECT_TRUE(is_nan(apply(Strategy::hypothetical, 7, 2)[1]));
  // Lost after month 6: an event at month 7 was perhaps never known of, one at month 3 was, and decides month 12 as
  // well.
  EXPECT_EQ(apply(Strategy::composite, 3, 1), (std::vector<double>{10, 10}));
  EXPECT_TRUE(is_nan(apply(Strategy::treatment_policy, 7, 1)[1]));
  EXPECT_TRUE(is_nan(apply(Strategy::treatment_policy, 7, 0)[0]));
}

TEST(IntercurrentEvents, ADataModelHasNoAdverseEvents) {
  const Study study = with_event(Kind::adverse_event, Strategy::composite, 1);
  EXPECT_THROW(Trial(study, no_evidence()).replay(0), InternalError);
}

/// Two reasons to discontinue, 36 % and 50 %: the earlier stops the treatment, and 1 * .64 * .5 of the effect is left.
TEST(IntercurrentEvents, TheEarlierDiscontinuationCounts) {
  Study study = with_event(Kind::discontinuation, Strategy::treatment_policy);
  study.trial->intercurrent.push_back(study.trial->intercurrent[0]);
  study.trial->intercurrent[1].arm_share = {0, 0.5};
  expect(study, 0.64 * 0.5);
}

/// Visits up to 30 days early or late: as many of either, so that means stay, though the active arm still improves.
TEST(VisitWindow, VisitsAreAsOftenEarlyAsLate) {
  Study study = with_event(Kind::discontinuation, Strategy::treatment_policy);
  study.trial->intercurrent.clear();
  study.trial->visit_window_days = 30;
  expect(study, 1);
}

}  // namespace
}  // namespace vcohort::test
