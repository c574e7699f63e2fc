#include "engine/numeric/errors.hpp"
#include "tests/engine/development/children.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/patient/statistics.hpp"

// Enrolment: the right conditional distribution, and the same child wherever its id lies.
namespace vcohort {
namespace {

using namespace test;

Population choosy() {
  Population population = register_population();
  population.eligibility.age_years = Interval{2, 6};
  population.eligibility.gmfcs = std::array<bool, gmfcs_levels>{false, true, true, true, false};
  population.eligibility.gmfm66 = Interval{35, 60};
  population.eligibility.gmfm88 = Interval{20, 90};
  return population;
}

struct Sample {
  std::vector<double> age, gmfm66, gmfm88, limit_score, inflammation, attempts;
  std::array<double, gmfcs_levels> levels{};

  void add(const ChildTile& child, int i) {
    age.push_back(child.patient.age_years[i]);
    gmfm66.push_back(child.baseline_gmfm66[i]);
    gmfm88.push_back(child.baseline_gmfm88[i]);
    limit_score.push_back(child.limit_score[i]);
    inflammation.push_back(child.patient.inflammation[i]);
    attempts.push_back(child.patient.attempt[i]);
    ++levels[child.patient.gmfcs[i]];
  }
};

/// Two-sample test of Kolmogorov and Smirnov, exceeded once in a million.
void expect_same_distribution(std::vector<double> x, std::vector<double> y) {
  std::sort(x.begin(), x.end());
  std::sort(y.begin(), y.end());
  const auto n = static_cast<double>(x.size()), m = static_cast<double>(y.size());
  double distance = 0;
  std::size_t j = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    while (j < y.size() && y[j] <= x[i]) ++j;
    distance = std::max(distance, std::fabs(static_cast<double>(i + 1) / n - static_cast<double>(j) / m));
  }
  EXPECT_LT(distance, std::sqrt(std::log(2e6) / 2 * (n + m) / (n * m)));
}

/// A trial of rhizotomy enrols spastic diplegia alone; who they are else stays what it is among such children.
TEST(Enrolment, ChoosesByMotorTypeAndLimbs) {
  const ParameterValues values = values_of("sceptical");
  Population diplegic = register_population();
  diplegic.eligibility.motor_type = std::array<bool, motor_types>{true, false, false, false};
  diplegic.eligibility.topography = std::array<bool, topographies>{false, true, false, false};
  Sample enrolled, filtered;
  each_tile_of_children(20'000, diplegic, values, [&](const ChildTile& child) {
    for (int i = 0; i < child.patient.lanes; ++i) {
      EXPECT_EQ(child.patient.motor_type[i], static_cast<int>(MotorType::spastic));
      EXPECT_EQ(child.patient.topography[i], static_cast<int>(Topography::diplegia));
      enrolled.add(child, i);
    }
  });
  each_tile_of_children(80'000, register_population(), values, [&](const ChildTile& child) {
    for (int i = 0; i < child.patient.lanes; ++i)
      if (eligible(diplegic.eligibility, child, i)) filtered.add(child, i);
  });
  ASSERT_GT(filtered.age.size(), 5000u);
  expect_same_distribution(enrolled.age, filtered.age);
  expect_same_distribution(enrolled.gmfm66, filtered.gmfm66);
}

TEST(Enrolment, GivesTheConditionalDistribution) {
  const ParameterValues values = values_of("sceptical");
  Sample enrolled, filtered;
  each_tile_of_children(40'000, choosy(), values, [&](const ChildTile& child) {
    for (int i = 0; i < child.patient.lanes; ++i) {
      EXPECT_TRUE(eligible(choosy().eligibility, child, i));
      enrolled.add(child, i);
    }
  });
  // The whole population of another replicate, of which those who meet the conditions are kept.
  double candidates = 0;
  each_tile_of_children(
      400'000, register_population(), values,
      [&](const ChildTile& child) {
        for (int i = 0; i < child.patient.lanes; ++i) {
          ++candidates;
          const PatientTile& patient = child.patient;
          const bool wanted = patient.age_years[i] >= 2 && patient.age_years[i] < 6 && patient.gmfcs[i] >= 1 &&
                              patient.gmfcs[i] <= 3 && child.baseline_gmfm66[i] >= 35 &&
                              child.baseline_gmfm66[i] < 60 && child.baseline_gmfm88[i] >= 20 &&
                              child.baseline_gmfm88[i] < 90;
          if (wanted) filtered.add(child, i);
        }
      },
      1);
  expect_same_distribution(enrolled.age, filtered.age);
  expect_same_distribution(enrolled.gmfm66, filtered.gmfm66);
  expect_same_distribution(enrolled.gmfm88, filtered.gmfm88);
  expect_same_distribution(enrolled.limit_score, filtered.limit_score);
  expect_distribution(enrolled.inflammation, normal_distribution);  // what nobody selects on stays as it was
  const auto n = static_cast<double>(enrolled.age.size()), m = static_cast<double>(filtered.age.size());
  for (int level : {1, 2, 3}) {
    const double pooled = (enrolled.levels[level] + filtered.levels[level]) / (n + m);
    EXPECT_NEAR(enrolled.levels[level] / n, filtered.levels[level] / m,
                standard_errors * std::sqrt(pooled * (1 - pooled) * (1 / n + 1 / m)));
  }
  // Attempts before the first eligible candidate are geometric: mean (1 - p) / p. The share of eligible candidates is
  // known to sqrt(p (1 - p) / candidates).
  const double p = m / candidates;
  const double error_of_expectation = std::sqrt(p * (1 - p) / candidates) / (p * p);
  const Moments attempts = moments(enrolled.attempts);
  EXPECT_NEAR(attempts.mean, (1 - p) / p,
              standard_errors * std::hypot(attempts.sd / std::sqrt(attempts.n), error_of_expectation));
}

TEST(Enrolment, IsTheFirstEligibleCandidateOfTheIdWhateverTheTile) {
  const ParameterValues values = values_of("sceptical");
  const PatientParameters patient(values);
  const DevelopmentParameters development(values);
  const auto all = std::make_unique<ChildTile>(), one = std::make_unique<ChildTile>();
  std::vector<std::uint64_t> ids(tile_size);
  for (std::size_t k = 0; k < ids.size(); ++k) ids[k] = 5000 + 3 * (ids.size() - k);
  enrol(seed, 9, choosy(), patient, development, ids, *all);
  int again = 0;
  for (std::size_t k = 0; k < ids.size(); k += 11) {
    const int i = static_cast<int>(k);
    EXPECT_EQ(all->patient.patient[i], ids[k]);
    enrol(seed, 9, choosy(), patient, development, {&ids[k], 1}, *one);
    EXPECT_EQ(one->patient.attempt[0], all->patient.attempt[i]);
    EXPECT_EQ(one->patient.age_years[0], all->patient.age_years[i]);
    EXPECT_EQ(one->patient.epilepsy[0], all->patient.epilepsy[i]);
    EXPECT_EQ(one->baseline_gmfm66[0], all->baseline_gmfm66[i]);
    EXPECT_EQ(one->baseline_gmfm88[0], all->baseline_gmfm88[i]);
    EXPECT_EQ(one->rate[0], all->rate[i]);
    EXPECT_EQ(one->disturbance[0], all->disturbance[i]);
    EXPECT_EQ(one->crosswalk_residual[0], all->crosswalk_residual[i]);
    again += all->patient.attempt[i] > 0;
    for (std::uint16_t attempt = 0; attempt < all->patient.attempt[i]; ++attempt) {
      one->patient.lanes = 1;
      one->patient.patient[0] = ids[k];
      one->patient.attempt[0] = attempt;
      draw_patients(seed, 9, choosy(), patient, one->patient);
      draw_growth(seed, 9, development, *one);
      EXPECT_FALSE(eligible(choosy().eligibility, *one, 0));
    }
  }
  EXPECT_GT(again, 10);
}

TEST(Enrolment, ScreeningTakesTheFirstCandidate) {
  const ParameterValues values = values_of("sceptical");
  const auto child = std::make_unique<ChildTile>();
  const std::vector<std::uint64_t> ids = {3, 4, 5, 6, 7, 8, 9, 10};
  screen(seed, 0, choosy(), PatientParameters(values), DevelopmentParameters(values), ids, *child);
  int not_eligible = 0;
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(child->patient.attempt[i], 0);
    not_eligible += !eligible(choosy().eligibility, *child, i);
  }
  EXPECT_GT(not_eligible, 0);
}

TEST(Enrolment, TheTopOfTheScaleBelongsToTheIntervalThatEndsThere) {
  EXPECT_TRUE(score_inside({40, 100}, 100));
  EXPECT_FALSE(score_inside({40, 99}, 99));
  EXPECT_FALSE(score_inside({0, 40}, 40));
  EXPECT_TRUE(score_inside({40, 100}, 40));
  EXPECT_FALSE(score_inside({40, 120}, 120));
}

TEST(Enrolment, AnAgeBelongsToTheIntervalThatBeginsThere) {
  Eligibility eligibility;
  eligibility.age_years = Interval{2, 12};
  EXPECT_FALSE(age_and_level_eligible(eligibility, 1.999, 0));
  EXPECT_TRUE(age_and_level_eligible(eligibility, 2, 0));
  EXPECT_TRUE(age_and_level_eligible(eligibility, 11.999, 0));
  EXPECT_FALSE(age_and_level_eligible(eligibility, 12, 0));
}

TEST(Enrolment, GivesUpWhenNobodyIsEligible) {
  Population impossible = register_population();
  impossible.eligibility.age_years = Interval{13, 14};
  const auto nobody = [&] { each_tile_of_children(1, impossible, values_of("sceptical"), [](const ChildTile&) {}); };
  EXPECT_THROW(nobody(), NumericalFailure);
}

}  // namespace
}  // namespace vcohort
