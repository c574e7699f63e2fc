#include "engine/data_model/cluster_outcomes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace vcohort {
namespace {

constexpr double mcse_allowed = 4.5;

DataModel model_of(OutcomeKind kind, double icc, std::size_t visits = 1) {
  DataModel model;
  model.kind = kind;
  model.visits_months.assign(visits, 1);
  std::iota(model.visits_months.begin(), model.visits_months.end(), 1.0);
  model.intracluster_correlation = icc;
  model.arms.resize(2);
  for (auto& arm : model.arms) {
    arm.mean.assign(visits, 10);
    arm.sd.assign(visits, 3);
    arm.share.assign(visits, 0.2);
  }
  model.arms[1].mean.assign(visits, 11);
  model.arms[1].share.assign(visits, 0.5);
  return model;
}

UnitDesign clusters_of(int size, double cv = 0) {
  UnitDesign design;
  design.cluster_size = size;
  design.cluster_size_cv = cv;
  return design;
}

std::vector<std::uint64_t> numbered(std::size_t clusters) {
  std::vector<std::uint64_t> ids(clusters);
  std::iota(ids.begin(), ids.end(), std::uint64_t{0});
  return ids;
}

using Rows = std::vector<std::vector<double>>;
const std::vector<int> both = {0, 1};
const std::vector<double> no_shift = {0, 0};

Rows outcomes_of(ClusterOutcomes& outcomes, std::size_t visit, int arm, std::size_t clusters) {
  Rows rows(static_cast<std::size_t>(outcomes.largest()));
  outcomes.outcome(visit, std::vector<int>(clusters, arm), no_shift, rows);
  return rows;
}

struct Seen {
  double mean, variance, within, between_visits;
};

/// Moments over clusters about known means; of the first two members, and of the first at two visits.
Seen seen(const Rows& rows, const Rows& later, double mean) {
  Seen of{};
  const auto n = static_cast<double>(rows[0].size());
  for (std::size_t i = 0; i < rows[0].size(); ++i) {
    const double a = rows[0][i] - mean, b = rows[1][i] - mean, c = later[0][i] - mean;
    of.mean += a / n;
    of.variance += a * a / n;
    of.within += a * b / n;
    of.between_visits += a * c / n;
  }
  return of;
}

TEST(ClusterOutcomes, KeepTheMomentsOfTheArmAndCorrelateWithinTheCluster) {
  constexpr std::size_t many = 200000;
  constexpr double icc = 0.2, autocorrelation = 0.6;
  for (const OutcomeKind kind : {OutcomeKind::score, OutcomeKind::binary})
    for (const int arm : {0, 1}) {
      DataModel model = model_of(kind, icc, 2);
      model.cluster_autocorrelation = autocorrelation;
      ClusterOutcomes outcomes(model, clusters_of(3), both);
      outcomes.prepare(5, 1, numbered(many));
      ASSERT_EQ(outcomes.largest(), 3);
      const bool score = kind == OutcomeKind::score;
      const double mean = score ? model.arms[arm].mean[0] : model.arms[arm].share[0];
      const double variance = score ? 9 : mean * (1 - mean);
      const Seen of = seen(outcomes_of(outcomes, 0, arm, many), outcomes_of(outcomes, 1, arm, many), mean);
      const double se = variance * std::sqrt((1 + icc * icc) / many), room = score ? 1 : 2;
      EXPECT_NEAR(of.mean, 0, mcse_allowed * std::sqrt(variance / many));
      EXPECT_NEAR(of.variance, variance, mcse_allowed * room * std::sqrt(2.0) * se);
      EXPECT_NEAR(of.within, icc * variance, mcse_allowed * room * se);
      // On the latent scale the correlation of yes and no is not proportional.
      EXPECT_NEAR(of.between_visits, icc * autocorrelation * variance, mcse_allowed * room * se + (score ? 0 : 0.004));
    }
}

/// Of a share of 1/2 it is sin(pi icc / 2) (Sheppard 1899); of others mvtnorm::pmvnorm of R and uniroot.
TEST(ClusterOutcomes, TheLatentCorrelationHasTheStatedOneOfYesAndNo) {
  for (const double icc : {0.01, 0.05, 0.3, 0.9})
    EXPECT_NEAR(latent_correlation(0.5, icc), std::sin(std::acos(-1.0) * icc / 2), 1e-9) << icc;
  EXPECT_EQ(latent_correlation(0.3, 0), 0);
  EXPECT_EQ(latent_correlation(1, 0.3), 0);
  EXPECT_NEAR(latent_correlation(0.2, 0.1), latent_correlation(0.8, 0.1), 1e-9);
  EXPECT_GT(latent_correlation(0.2, 0.1), latent_correlation(0.5, 0.1));
}

TEST(ClusterOutcomes, SizesAreGammaDistributed) {
  constexpr std::size_t many = 100000;
  const UnitDesign design = clusters_of(20, 0.5);
  ClusterOutcomes outcomes(model_of(OutcomeKind::score, 0.1), design, both);
  outcomes.prepare(5, 1, numbered(many));
  const Rows rows = outcomes_of(outcomes, 0, 0, many);
  std::vector<double> frequency(rows.size() + 1);
  for (std::size_t i = 0; i < many; ++i) {
    std::size_t size = 0;
    while (size < rows.size() && rows[size][i] == rows[size][i]) ++size;
    for (std::size_t k = size; k < rows.size(); ++k) ASSERT_NE(rows[k][i], rows[k][i]);
    frequency[size] += 1;
  }
  const std::vector<double> shares = cluster_size_shares(design);
  double chi_square = 0, mean = 0, squares = 0;
  int cells = 0;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    mean += shares[k] * static_cast<double>(k);
    squares += shares[k] * static_cast<double>(k * k);
    const double expected = shares[k] * many, here = k < frequency.size() ? frequency[k] : 0;
    if (expected < 10) continue;
    chi_square += (here - expected) * (here - expected) / expected;
    ++cells;
  }
  EXPECT_NEAR(mean, 20, 0.001);
  EXPECT_NEAR(std::sqrt(squares / (mean * mean) - 1), 0.5, 0.001);
  EXPECT_NEAR(chi_square, cells, mcse_allowed * std::sqrt(2.0 * cells));
  EXPECT_EQ(cluster_size_shares(clusters_of(7)), (std::vector<double>{0, 0, 0, 0, 0, 0, 0, 1}));
  EXPECT_EQ(cluster_size_shares(clusters_of(1, 1)).front(), 0);
}

/// Arms share the luck of everybody, a larger trial begins with the smaller one, and the number of patients of other
/// clusters moves nobody.
TEST(ClusterOutcomes, AClusterDependsOnNothingButItsNumber) {
  ClusterOutcomes few(model_of(OutcomeKind::score, 0.1), clusters_of(9, 0.7), both);
  ClusterOutcomes many = few;
  few.prepare(5, 3, numbered(10));
  many.prepare(5, 3, numbered(500));
  const Rows small = outcomes_of(few, 0, 0, 10), large = outcomes_of(many, 0, 0, 500);
  const Rows other = outcomes_of(many, 0, 1, 500);
  ASSERT_GT(large.size(), small.size());
  for (std::size_t k = 0; k < small.size(); ++k)
    for (std::size_t i = 0; i < 10; ++i) {
      if (small[k][i] != small[k][i]) {
        EXPECT_NE(large[k][i], large[k][i]);
        continue;
      }
      EXPECT_EQ(small[k][i], large[k][i]);
      EXPECT_NEAR(other[k][i] - large[k][i], 1, 1e-12);
    }
}

}  // namespace
}  // namespace vcohort
