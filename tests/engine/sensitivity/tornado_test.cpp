#include "engine/sensitivity/tornado.hpp"

#include <gtest/gtest.h>

#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "tests/engine/sensitivity/toy.hpp"

namespace vcohort {
namespace {

constexpr double k = 1000;
const double z = boost::math::quantile(boost::math::normal(), 0.975);

/// "cells" cost 100 drift + responder.cv and gain effect.emax * effect.any / 2; hill does nothing.
MovableModel model(std::vector<double> willingness = {k}) {
  const Formula cells = [](const ParameterValues& p, std::int64_t) {
    return std::pair(100 * p.at("trial.drift") + p.at("responder.cv"), p.at("effect.emax") * p.at("effect.any") / 2);
  };
  return toy({"rehabilitation", "cells"}, {constant(0, 0), cells}, std::move(willingness));
}

Evidence evidence() {
  return evidence_of({parameter("trial.drift", 10, normal(2)), parameter("effect.emax", 4, lognormal(0.1)),
                      parameter("effect.any", 1, bernoulli(0.999)), parameter("effect.hill", 1.2, uniform(0.8, 2)),
                      parameter("responder.cv", 1.5, uniform(1, 2)), parameter("dose.concavity", 0.8)});
}

TEST(Tornado, BarsAreTheClosedForms) {
  const Table table = run(Tornado(model(), evidence(), {0.025, 0.975}));
  ASSERT_EQ(table.rows(), 5U);  // the fixed parameter has none
  const auto row = [&](const char* name) { return row_of(table, "parameter", name); };
  const auto number = [&](const char* name, const char* of) { return column<double>(table, name)[row(of)]; };
  const double base = k * 2 - 1000 - 1.5;
  constexpr double rounding = 1e-9;
  EXPECT_NEAR(number("inb", "trial.drift"), base, rounding);
  EXPECT_NEAR(number("low", "trial.drift"), 10 - 2 * z, rounding);
  EXPECT_NEAR(number("inb_low", "trial.drift"), base + 200 * z, rounding);
  EXPECT_NEAR(number("inb_high", "trial.drift"), base - 200 * z, rounding);
  EXPECT_NEAR(number("span", "trial.drift"), 400 * z, rounding);
  EXPECT_NEAR(number("inb_high", "effect.emax"), base + k * 2 * (std::exp(0.1 * z) - 1), rounding);
  EXPECT_NEAR(number("span", "responder.cv"), 0.95, rounding);
  EXPECT_NEAR(number("inb_low", "effect.any"), -1001.5, rounding);  // both states, however probable
  EXPECT_EQ(number("span", "effect.hill"), 0);                      // exactly: the same patients
  EXPECT_EQ(number("span_mcse", "effect.hill"), 0);
}

TEST(Tornado, RanksByLengthAndSaysWhereTheDecisionFlips) {
  const Table table = run(Tornado(model(), evidence(), {0.025, 0.975}));
  const std::vector<std::string> order{"effect.any", "effect.emax", "trial.drift", "responder.cv", "effect.hill"};
  EXPECT_EQ(column<std::string>(table, "parameter"), order);
  EXPECT_EQ(column<std::int64_t>(table, "rank"), (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(column<std::string>(table, "best")[0], "cells");
  EXPECT_EQ(column<std::string>(table, "best_low")[0], "rehabilitation");
  EXPECT_EQ(column<std::string>(table, "best_high")[0], "cells");
  EXPECT_EQ(column<Truth>(table, "flips")[0], Truth{1});
  EXPECT_EQ(column<Truth>(table, "flips")[1], Truth{0});
}

TEST(Tornado, HasARankForEachWillingnessToPay) {
  const Table table = run(Tornado(model({0, 1e6}), evidence(), {0.025, 0.975}));
  ASSERT_EQ(table.rows(), 10U);
  EXPECT_EQ(column<std::string>(table, "parameter")[0], "trial.drift");  // effects are worth nothing
  EXPECT_EQ(column<std::string>(table, "parameter")[6], "effect.emax");  // money is worth nothing
  // What does nothing shares the last rank: at k = 0 emax, any and hill.
  EXPECT_EQ(column<std::int64_t>(table, "rank")[2], 3);
  EXPECT_EQ(column<std::int64_t>(table, "rank")[4], 3);
}

TEST(Tornado, MovesASharedDrawTogether) {
  const Formula cells = [](const ParameterValues& p, std::int64_t) {
    return std::pair(0.0, p.at("severity.MSC.I") - p.at("severity.MSC.V"));
  };
  const Evidence shared = evidence_of({parameter("severity.MSC.I", 1.2, lognormal(0.1), "severity"),
                                       parameter("severity.MSC.V", 0.7, lognormal(-0.2), "severity")});
  const Table table = run(Tornado(toy({"none", "cells"}, {constant(0, 0), cells}, {1}), shared, {0.1, 0.9}));
  ASSERT_EQ(table.rows(), 1U);
  const double z90 = boost::math::quantile(boost::math::normal(), 0.9);
  constexpr double rounding = 1e-12;
  EXPECT_EQ(column<std::string>(table, "parameter")[0], "severity");
  EXPECT_EQ(column<std::int64_t>(table, "moved")[0], 2);
  EXPECT_EQ(column<std::string>(table, "member")[0], "severity.MSC.I");
  EXPECT_NEAR(column<double>(table, "high")[0], 1.2 * std::exp(0.1 * z90), rounding);
  EXPECT_NEAR(column<double>(table, "inb_high")[0], 1.2 * std::exp(0.1 * z90) - 0.7 * std::exp(-0.2 * z90), rounding);
}

TEST(Tornado, ErrorOfTheBarIsThatOfTheSamePatients) {
  // Patients differ a lot in cost, but the parameter adds the same to each: the bar has no error.
  const Formula cells = [](const ParameterValues& p, std::int64_t patient) {
    return std::pair(1000.0 * static_cast<double>(patient * patient) + p.at("trial.drift"), 0.0);
  };
  const Table table = run(Tornado(toy({"none", "cells"}, {constant(0, 0), cells}, {1}, 64),
                                  evidence_of({parameter("trial.drift", 1.5, uniform(1, 2))}), {0.25, 0.75}));
  EXPECT_NEAR(column<double>(table, "span")[0], 0.5, 1e-9);  // differences of sums of 1e7
  EXPECT_LT(column<double>(table, "span_mcse")[0], 1e-9);
  EXPECT_GT(column<double>(table, "inb_mcse")[0], 1e5);
}

}  // namespace
}  // namespace vcohort
