#include <gtest/gtest.h>

#include <cmath>

#include "engine/random/tile_draws.hpp"
#include "engine/trial/follow_up.hpp"
#include "tests/engine/trial/several_endpoints.hpp"

/// Trials of several endpoints: each keeps its visits, follow-up, direction and missing values.
namespace vcohort::test {
namespace {

constexpr std::int64_t many = 4000;

bool is_missing(double value) {
  return std::isnan(value);
}

TEST(Endpoints, KeepTheirVisitsAndFollowUp) {
  Study study = several_endpoints(
      {score_endpoint("x", 0.5, 6), event_endpoint("t", 0.05, 1, 18), score_endpoint("z", 0.5, 12)}, 0.3, 100, many);
  study.data_model->endpoints[0].visits_months = {0, 3, 6};
  for (auto& arm : study.data_model->endpoints[0].arms) {
    arm.mean.insert(arm.mean.begin(), {1.0, 0.0});
    arm.sd.assign(3, 1.0);
  }
  study.data_model->endpoints[0].correlation = {{1, 0.5, 0.5}, {0.5, 1, 0.5}, {0.5, 0.5, 1}};
  const PreparedTrial trial(study, no_evidence());
  const Protocol& protocol = trial.protocol;
  EXPECT_EQ(protocol.visits_months, (std::vector<double>{3, 6, 12}));
  EXPECT_EQ(protocol.seen[0], (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(protocol.seen[2], (std::vector<std::size_t>{2}));
  EXPECT_EQ(protocol.follow_up, (std::vector<double>{6, 18, 12}));
  EXPECT_EQ(protocol.follow_up_months, 18);
  TrialSimulator simulator(trial, false);
  const TrialData& data = simulator.simulate_replicate(0, 100);
  EXPECT_FALSE(is_missing(data.observed.values[0][7]));
  EXPECT_TRUE(is_missing(data.observed.values[2][7])) << "x is not seen at 12 months";
  EXPECT_TRUE(is_missing(data.observed.values[6][7]));
  EXPECT_FALSE(is_missing(data.observed.values[8][7]));
  EXPECT_FALSE(is_missing(data.participants.baseline[0][7]));
  EXPECT_TRUE(is_missing(data.participants.baseline[2][7]));
  EXPECT_EQ(simulator.duration_months({100}), 18);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_LE(data.observed.time[1][i], 18);
}

/// What each analysis finds does not depend on what else is simulated: power by its own formula, and no bias.
TEST(Endpoints, AnalysesHaveTheFormulasOfTheirEndpoints) {
  Study study = several_endpoints({event_endpoint("t", 0.05, 0.6), score_endpoint("x", 0.4), score_endpoint("y", -0.4)},
                                  0.4, 200, many);
  study.data_model->endpoints[2].lower_is_better = true;
  study.trial->sides = 1;
  study.trial->alpha = 0.025;
  const Table forms = table_of(study, "closed_forms");
  std::size_t compared = 0;
  for (std::size_t row = 0; row < forms.rows(); ++row) {
    if (text(forms, "formula", row).empty()) continue;
    const double rough = text(forms, "analysis", row) == "primary" ? 0.02 : 0;  // for large samples
    EXPECT_NEAR(number(forms, "power", row), number(forms, "formula_power", row),
                mcse_allowed * binomial_se(0.8, many) + rough);
    ++compared;
  }
  EXPECT_EQ(compared, 4u) << "Schoenfeld, Freedman, and the noncentral t twice";
  const Table table = table_of(study, "operating_characteristics");
  EXPECT_NEAR(number(table, "true_value", 1), 0.4, 1e-12);
  EXPECT_NEAR(number(table, "true_value", 2), -0.4, 1e-12);
  for (const std::size_t row : {1u, 2u})
    EXPECT_LT(std::fabs(number(table, "bias", row)), mcse_allowed * number(table, "bias_mcse", row));
  EXPECT_GT(number(table, "events", 0), 100) << "those of the primary endpoint";
}

/// Missing values are those of one endpoint, and the share is hit.
TEST(Endpoints, LeaveValuesUnrecorded) {
  Study study = several_endpoints({score_endpoint("x", 0.5), score_endpoint("z", 0.5)}, 0.3, 2000, 1);
  study.data_model->endpoints[1].missing_share = 0.2;
  const PreparedTrial trial(study, no_evidence());
  TrialSimulator simulator(trial, false);
  double missing = 0;
  constexpr std::uint32_t trials = 50;
  for (std::uint32_t r = 0; r < trials; ++r) {
    const TrialData& data = simulator.simulate_replicate(r, 2000);
    for (std::size_t i = 0; i < 2000; ++i) {
      EXPECT_FALSE(is_missing(data.observed.values[0][i]));
      const bool here = is_missing(data.observed.values[1][i]);
      missing += here;
      if (i < 8) {  // by one shared uniform of the endpoint's visit, and no other draw
        const double u = shared_uniform_at(study.seed, {r, i, Purpose::unrecorded, 1, 0});
        EXPECT_EQ(here, u < 0.2);
      }
    }
  }
  EXPECT_NEAR(missing / (2000 * trials), 0.2, mcse_allowed * binomial_se(0.2, 2000 * trials));
  const Table forms = table_of(study, "closed_forms");
  EXPECT_LT(number(forms, "formula_power", 1), number(forms, "formula_power", 0) + 1e-9);
}

/// An event that ends follow-up censors the others, but composites of it, and takes the visits after it.
TEST(Endpoints, EndTheFollowUpOfOthers) {
  Study study = several_endpoints({event_endpoint("death", 0.05, 1), event_endpoint("stroke", 0.05, 1),
                                   first_event_of("either", {"stroke", "death"}), score_endpoint("x", 0)},
                                  0, 2000, 1);
  study.data_model->endpoints[0].ends_follow_up = true;
  const PreparedTrial trial(study, no_evidence());
  TrialSimulator simulator(trial, false);
  const TrialData& data = simulator.simulate_replicate(0, 2000);
  int deaths = 0, strokes = 0, either = 0, seen = 0;
  for (std::size_t i = 0; i < 2000; ++i) {
    const double death = data.observed.time[0][i], stroke = data.observed.time[1][i];
    EXPECT_LE(stroke, death);
    EXPECT_EQ(data.observed.time[2][i], std::min(death, stroke));
    EXPECT_EQ(data.event[2][i], data.event[0][i] || data.event[1][i]);
    EXPECT_EQ(is_missing(data.observed.values[3][i]), data.event[0][i] && death < 12);
    deaths += data.event[0][i];
    strokes += data.event[1][i];
    either += data.event[2][i];
    seen += !is_missing(data.observed.values[3][i]);
  }
  const double first = 1 - std::exp(-2.4);  // by two years, of both
  EXPECT_NEAR(deaths, 2000 * (1 - std::exp(-1.2)), mcse_allowed * std::sqrt(2000 * 0.21));
  EXPECT_NEAR(strokes, 2000 * first / 2, mcse_allowed * std::sqrt(2000 * 0.25));
  EXPECT_NEAR(either, 2000 * first, mcse_allowed * std::sqrt(2000 * first * (1 - first)));
  EXPECT_NEAR(seen, 2000 * std::exp(-0.6), mcse_allowed * std::sqrt(2000 * 0.25));
}

/// Of two events that end the follow-up only the first is seen.
TEST(Endpoints, EndEachOther) {
  Study study = several_endpoints({event_endpoint("death", 0.05, 1), event_endpoint("withdrawal", 0.05, 1)}, 0, 500, 1);
  for (DataModel& endpoint : study.data_model->endpoints) endpoint.ends_follow_up = true;
  const PreparedTrial trial(study, no_evidence());
  TrialSimulator simulator(trial, false);
  const TrialData& data = simulator.simulate_replicate(0, 500);
  int both = 0, one = 0;
  for (std::size_t i = 0; i < 500; ++i) {
    EXPECT_EQ(data.observed.time[0][i], data.observed.time[1][i]);
    EXPECT_EQ(data.competed[0][i], data.event[1][i]);
    EXPECT_EQ(data.competed[1][i], data.event[0][i]);
    both += data.event[0][i] && data.event[1][i];
    one += data.event[0][i] || data.event[1][i];
  }
  EXPECT_EQ(both, 0);
  EXPECT_NEAR(one, 500 * (1 - std::exp(-2.4)), mcse_allowed * std::sqrt(500 * 0.09));
}

/// Independent exponential times: F(t) = h / (h + d) (1 - exp(-(h + d) t)), which a day that ends the trial leaves
/// alone.
TEST(Endpoints, CompetingEventsHaveTheirIncidence) {
  Study study =
      several_endpoints({event_endpoint("death", 0.03, 1.5), event_endpoint("stroke", 0.05, 0.5)}, 0, 300, many);
  study.data_model->endpoints[0].ends_follow_up = true;
  AnalysisPlan gray = analysis("gray", 0), incidence = analysis("cumulative-incidence", 0);
  for (AnalysisPlan* plan : {&gray, &incidence}) plan->endpoint = "stroke";
  incidence.name = "incidence";
  incidence.at_months = 12;
  study.trial->analyses = {gray, incidence};
  const Table table = table_of(study, "operating_characteristics");
  const auto share = [](double h, double d) { return h / (h + d) * (1 - std::exp(-12 * (h + d))); };
  const double truth = share(0.025, 0.045) - share(0.05, 0.03);
  EXPECT_NEAR(number(table, "true_value", 1), truth, mcse_allowed * number(table, "true_value_mcse", 1));
  EXPECT_EQ(text(table, "true_value_kind", 1), "marginal");
  EXPECT_EQ(text(table, "true_value_kind", 0), "pseudo-true");
  EXPECT_LT(number(table, "true_value", 0), std::log(0.5)) << "deaths take strokes away";
  for (std::size_t row = 0; row < 2; ++row) {
    EXPECT_LT(std::fabs(number(table, "bias", row)), mcse_allowed * number(table, "bias_mcse", row) + 0.01) << row;
    EXPECT_NEAR(number(table, "coverage", row), 0.95, mcse_allowed * binomial_se(0.95, many) + 0.01) << row;
  }
}

/// Who has had the event that is counted is not lost after it: m / (m + h) (1 - exp(-(m + h) t)) are.
TEST(Endpoints, NobodyIsLostAfterTheEvent) {
  Study study =
      several_endpoints({event_endpoint("t", 0.05, 1, 24), event_endpoint("other", 0.01, 1, 24)}, 0, 200, many);
  study.trial->dropout.emplace().per_month = 0.02;
  const Table table = table_of(study, "operating_characteristics");
  const double lost = 0.02 / 0.07 * (1 - std::exp(-24 * 0.07));
  EXPECT_NEAR(number(table, "dropout_share", 0), lost, mcse_allowed * number(table, "dropout_share_mcse", 0));
}

/// Two independent exponential times: the composite has the sum of the hazards, and Schoenfeld's power by its events.
TEST(Endpoints, CompositesHaveTheFormulaOfTheirHazard) {
  Study study = several_endpoints(
      {first_event_of("either", {"a", "b"}), event_endpoint("a", 0.02, 0.6), event_endpoint("b", 0.03, 0.6)}, 0, 240,
      many);
  std::swap(study.data_model->endpoints[0], study.data_model->endpoints[2]);  // composites stand last
  const Table forms = table_of(study, "closed_forms");
  EXPECT_EQ(text(forms, "analysis", 0), "primary");
  EXPECT_NEAR(number(forms, "power", 0), number(forms, "formula_power", 0),
              mcse_allowed * binomial_se(0.85, many) + 0.02);
  const Table table = table_of(study, "operating_characteristics");
  EXPECT_NEAR(number(table, "events", 0), 120 * (2 - std::exp(-1.2) - std::exp(-0.72)),
              mcse_allowed * number(table, "events_mcse", 0));
}

AnalysisPlan hierarchy(std::vector<HierarchyLevel> levels) {
  AnalysisPlan plan = analysis("win-ratio", 0);
  plan.endpoint = levels.front().endpoint;
  plan.hierarchy = std::move(levels);
  return plan;
}

HierarchyLevel level(const std::string& endpoint, double visit_months = 0, double smallest_win = 0) {
  HierarchyLevel of;
  of.endpoint = endpoint;
  of.visit_months = visit_months;
  of.smallest_win = smallest_win;
  return of;
}

/// Brute force over all pairs: who has the better of the first endpoint that tells them apart.
double win_ratio_by_hand(const TrialData& data, double margin) {
  double wins = 0, losses = 0;
  const auto beats = [&](std::size_t i, std::size_t j) {  // i outlives j
    return data.event[0][j] && (data.observed.time[0][i] > data.observed.time[0][j] ||
                                (data.observed.time[0][i] == data.observed.time[0][j] && !data.event[0][i]));
  };
  for (std::size_t i = 0; i < data.arm.size(); ++i)
    for (std::size_t j = 0; j < data.arm.size(); ++j) {
      if (data.arm[i] != 1 || data.arm[j] != 0) continue;
      int result = beats(i, j) - beats(j, i);
      const double lower = data.observed.values[1][j] - data.observed.values[1][i];
      if (result == 0) result = (lower > margin) - (lower < -margin);
      wins += result > 0;
      losses += result < 0;
    }
  return std::log(wins / losses);
}

TEST(Endpoints, HierarchiesCompareAllPairs) {
  Study study = several_endpoints({event_endpoint("death", 0.03, 0.7), score_endpoint("pain", -0.3)}, -0.2, 80, many);
  study.data_model->endpoints[0].ends_follow_up = true;
  study.data_model->endpoints[1].lower_is_better = true;
  study.trial->analyses = {hierarchy({level("death"), level("pain", 12, 0.25)})};
  study.trial->dropout.emplace();
  study.trial->dropout->months = {24};
  study.trial->dropout->share = {0.2};
  const PreparedTrial trial(study, no_evidence());
  TrialSimulator simulator(trial, false);
  for (std::uint32_t r = 0; r < 20; ++r) {
    const TrialData& data = simulator.simulate_replicate(r, 80);
    EXPECT_NEAR(simulator.analyse(0, 80).front().estimate.estimate, win_ratio_by_hand(data, 0.25), 1e-12) << r;
  }
  const Table table = table_of(study, "operating_characteristics");
  EXPECT_EQ(text(table, "endpoint", 0), "death > pain");
  EXPECT_EQ(text(table, "true_value_kind", 0), "marginal");
  EXPECT_GT(number(table, "true_value", 0), 0.1);
  study.trial->dropout.reset();  // the limit is that of complete follow-up
  const Table complete = table_of(study, "operating_characteristics");
  EXPECT_LT(std::fabs(number(complete, "bias", 0)), mcse_allowed * number(complete, "bias_mcse", 0) + 0.02);
  EXPECT_NEAR(number(complete, "coverage", 0), 0.95, mcse_allowed * binomial_se(0.95, many) + 0.01);
}

TEST(Endpoints, HierarchiesKeepTheirLevel) {
  Study study = several_endpoints({event_endpoint("death", 0.03, 1), score_endpoint("pain", 0)}, 0.3, 120, many);
  study.data_model->endpoints[0].ends_follow_up = true;
  study.trial->analyses = {hierarchy({level("death"), level("pain", 12)})};
  const Table table = table_of(study, "operating_characteristics");
  EXPECT_EQ(number(table, "true_value", 0), 0) << "the arms do not differ";
  EXPECT_NEAR(number(table, "power", 0), 0.05, mcse_allowed * binomial_se(0.05, many) + 0.01);
}

/// Death is no chance event for pain: its limit is that of survivors, by twins.
TEST(Endpoints, LimitsAreThoseOfSurvivors) {
  Study study = several_endpoints({event_endpoint("death", 0.1, 0.5), score_endpoint("pain", 0)}, 0.8, 400, many);
  study.data_model->endpoints[0].ends_follow_up = true;
  const Table table = table_of(study, "operating_characteristics");
  EXPECT_LT(number(table, "true_value", 1), -0.1) << "more of the weak survive";
  EXPECT_LT(std::fabs(number(table, "bias", 1)), mcse_allowed * number(table, "bias_mcse", 1));
}

}  // namespace
}  // namespace vcohort::test
