#include "engine/analysis/boundaries/running.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/analysis/boundaries/futility.hpp"
#include "engine/analysis/boundaries/inference.hpp"
#include "engine/numeric/elementary.hpp"
#include "tests/engine/analysis/boundaries/designs.hpp"

// What a trial under way may still show, what it has shown after a stop, and its bounds at the looks it really takes.
namespace vcohort::boundaries {
namespace {

using Drift = Looks::Futility::Drift;

/// One look, then the end with the bound c.
Bounds one_more(double information, double critical) {
  Bounds bounds;
  bounds.information = {information, 1};
  bounds.efficacy = {10, critical};
  bounds.futility = {-10, critical};
  return bounds;
}

TEST(ConditionalPower, OfOneMoreLook) {
  struct Case {
    double z, t, trend, null, design, flat, optimist, sceptic;
  };
  const double c = 1.959964, drift = normal_quantile(0.975) + normal_quantile(0.9);
  constexpr double digits = 1e-8;
  for (const Case& wanted : {Case{1.5, 0.5, .59025164, .10172073, .84620452, .56409363, .55886473, .25193754},
                             Case{0.8, 0.4, .18477690, .03025183, .73688185, .28518443, .34073320, .09072839}}) {
    const Bounds bounds = one_more(wanted.t, c);
    const double trend = wanted.z / std::sqrt(wanted.t);
    EXPECT_NEAR(conditional_power(bounds, 0, wanted.z, trend), wanted.trend, digits);
    EXPECT_NEAR(conditional_power(bounds, 0, wanted.z, 0), wanted.null, digits);
    EXPECT_NEAR(conditional_power(bounds, 0, wanted.z, drift), wanted.design, digits);
    EXPECT_NEAR(predictive_power(bounds, 0, wanted.z, 0, 0), wanted.flat, digits);
    EXPECT_NEAR(predictive_power(bounds, 0, wanted.z, 2, 1), wanted.optimist, digits);
    EXPECT_NEAR(predictive_power(bounds, 0, wanted.z, 0, 1), wanted.sceptic, digits);
    // The rule of futility is the inverse.
    const Interim at{.planned = 0, .information = wanted.t, .end = 1, .critical = c, .drift = drift};
    Looks::Futility rule;
    rule.conditional_power = {wanted.trend};
    EXPECT_NEAR(futility_bound(rule, at), wanted.z, 1e-6);
    rule.drift = Drift::null;
    rule.conditional_power = {wanted.null};
    EXPECT_NEAR(futility_bound(rule, at), wanted.z, 1e-6);
    rule.drift = Drift::design;
    rule.conditional_power = {wanted.design};
    EXPECT_NEAR(futility_bound(rule, at), wanted.z, 1e-6);
    rule.conditional_power.clear();
    rule.predictive_power = {wanted.flat};
    EXPECT_NEAR(futility_bound(rule, at), wanted.z, 1e-6);
    rule.prior_mean = 2;
    rule.prior_sd = 1;
    rule.predictive_power = {wanted.optimist};
    EXPECT_NEAR(futility_bound(rule, at), wanted.z, 1e-6);
  }
}

TEST(ConditionalPower, OfSeveralLooks) {
  const Bounds bounds = calibrate(obrien_fleming(thirds)).bounds;
  constexpr double z = 1.2;
  EXPECT_NEAR(conditional_power(bounds, 0, z, z * std::sqrt(3.0)), .14206416 + .40218372, 1e-7);
  EXPECT_NEAR(conditional_power(bounds, 0, z, 0), .01157072 + .04689615, 1e-7);
  EXPECT_EQ(conditional_power(bounds, 2, z, 0), 0);
}

void expect_inference(const Design& design, std::size_t stage, double z, const Inference& wanted) {
  const Inference found = after_stop(calibrate(design).bounds, stage - 1, z, 0.025);
  EXPECT_NEAR(found.p, wanted.p, 1e-9);
  EXPECT_NEAR(found.estimate, wanted.estimate, 1e-6);
  EXPECT_NEAR(found.lower, wanted.lower, 1e-6);
  EXPECT_NEAR(found.upper, wanted.upper, 1e-6);
  EXPECT_NEAR(found.repeated_lower, wanted.repeated_lower, 1e-6);
  EXPECT_NEAR(found.repeated_upper, wanted.repeated_upper, 1e-6);
}

TEST(Inference, StageWise) {
  expect_inference(obrien_fleming(thirds), 2, 2.6, {.0047863865, 3.180297, .775776, 5.582205, .178283, 6.190390});
  expect_inference(obrien_fleming(thirds), 3, 1.8, {.0375981812, 1.787555, -.182075, 3.751565, -.204036, 3.804036});
  expect_inference(lan_demets({0.4, 0.7, 1}), 2, 2.7, {.0036570533, 3.219129, .869271, 5.564502, .305330, 6.148904});
}

TEST(Inference, OfASignificantHarmIsThatOfTheMirroredBenefit) {
  Design design = obrien_fleming(thirds);
  design.two_sided = true;
  const Bounds bounds = calibrate(design).bounds;
  for (const std::size_t look : {0U, 1U, 2U}) {
    constexpr double z = 3.6;
    const Inference good = after_stop(bounds, look, z, 0.025), bad = after_stop(bounds, look, -z, 0.025);
    EXPECT_NEAR(bad.estimate, -good.estimate, 1e-9);
    EXPECT_NEAR(bad.lower, -good.upper, 1e-9);
    EXPECT_NEAR(bad.p, 1 - good.p, 1e-12);
  }
}

/// Bounds of 300 planned events, Lan-DeMets O'Brien-Fleming, at looks with these numbers of events.
std::vector<double> bounds_of_events(const std::vector<double>& events,
                                     Looks::LastSpends last = Looks::LastSpends::rest) {
  Design design = lan_demets(thirds);
  design.looks.last_spends = last;
  for (const double number : events) design.looks.observed.push_back({.information = number / 300, .z = 0});
  design.looks.observed.back().final = true;
  return running(design, calibrate(design)).bounds.efficacy;
}

TEST(RunningTrial, SpendsAtTheObservedInformation) {
  expect_near(bounds_of_events({110, 190, 310}), {3.521839, 2.591164, 1.989071});
  expect_near(bounds_of_events({95, 205, 280}), {3.815228, 2.474311, 1.988684});
  expect_near(bounds_of_events({95, 205, 280}, Looks::LastSpends::function), {3.815228, 2.474311, 2.090147});
  expect_near(bounds_of_events({90, 150, 210, 300}), {3.928573, 2.965618, 2.462466, 2.001821});
}

TEST(RunningTrial, AtItsPlannedLooksHasThePlannedBounds) {
  Design futile = by_boundary(thirds, Looks::Efficacy::Boundary::wang_tsiatis, 0.2);
  futile.looks.futility.emplace().z = {-0.5, 0.5};
  for (Design design :
       {obrien_fleming(thirds), pocock(thirds), futile, by_boundary(thirds, Looks::Efficacy::Boundary::haybittle_peto),
        with_beta(lan_demets(thirds), spending(Spending::Kind::pocock), true)}) {
    const Calibrated planned = calibrate(design);
    for (const double information : thirds) {
      design.looks.observed.push_back({.information = information, .z = 1});
      const Running found = running(design, planned);
      expect_near(found.bounds.efficacy, planned.bounds.efficacy);
      expect_near(found.bounds.futility, planned.bounds.futility);
    }
  }
}

TEST(RunningTrial, StopsAtTheFirstBoundThatIsReached) {
  Design design = obrien_fleming(thirds);
  design.looks.futility.emplace().z = {0, 0.5};
  design.two_sided = true;
  const Calibrated planned = calibrate(design);
  const auto decisions = [&](std::vector<double> z) {
    design.looks.observed.clear();
    for (std::size_t k = 0; k < z.size(); ++k) design.looks.observed.push_back({.information = thirds[k], .z = z[k]});
    return running(design, planned);
  };
  const Running on = decisions({1});
  EXPECT_FALSE(on.stop);
  EXPECT_EQ(on.bounds.looks(), 3U);
  EXPECT_EQ(on.seen, 1U);
  const Running good = decisions({1, 2.6});
  EXPECT_EQ(good.stop, 1U);
  EXPECT_EQ(good.decisions.back(), Decision::efficacy);
  EXPECT_EQ(decisions({-0.1}).decisions.back(), Decision::futility);
  EXPECT_EQ(decisions({-3.5}).decisions.back(), Decision::reversed);
  EXPECT_EQ(decisions({1, 1, 1.5}).decisions.back(), Decision::futility);
  EXPECT_EQ(decisions({-0.1, 2.6}).stop, 0U);
  EXPECT_EQ(decide(planned.bounds, 0, planned.bounds.efficacy[0]), Decision::efficacy);
  EXPECT_EQ(decide(planned.bounds, 0, 0), Decision::go_on);
}

TEST(RunningTrial, DoesNotWaitForALookThatItHasJustTaken) {
  Design design = lan_demets(thirds);
  design.looks.observed = {{.information = 0.3335, .z = 1}};
  const Running found = running(design, calibrate(design));
  EXPECT_EQ(found.bounds.information, (std::vector<double>{0.3335, 2.0 / 3, 1}));
}

}  // namespace
}  // namespace vcohort::boundaries
