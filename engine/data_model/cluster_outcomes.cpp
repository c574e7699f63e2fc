#include "engine/data_model/cluster_outcomes.hpp"

#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <cmath>
#include <limits>

#include "engine/data_model/frailty.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/quadrature.hpp"
#include "engine/numeric/require.hpp"
#include "engine/random/tile_draws.hpp"

namespace vcohort {

namespace {

constexpr std::size_t largest_size = 100'000;  // so that members have addresses

/// P(both above the cut), of normals that share the part r of their variance.
double both_above(double cut, double r) {
  constexpr double end = 9;  // standard deviations
  const double root = __builtin_sqrt(r), rest = __builtin_sqrt(1 - r);
  const auto at = [&](double u) {
    const double above = normal_cdf((root * u - cut) / rest);
    return above * above * exp_of(-u * u / 2);
  };
  constexpr double density = 0.3989422804014327;
  return density * (integral_of([&](double u) { return at(-u); }, 0, end) + integral_of(at, 0, end));
}

}  // namespace

double latent_correlation(double share, double icc) {
  if (icc == 0 || share <= 0 || share >= 1) return 0;
  const double cut = -normal_quantile(share), wanted = share * share + icc * share * (1 - share);
  double low = 0, high = 1;
  constexpr int halvings = 34;  // to 1e-10
  for (int k = 0; k < halvings; ++k) {
    const double middle = (low + high) / 2;
    (both_above(cut, middle) < wanted ? low : high) = middle;
  }
  return (low + high) / 2;
}

std::vector<double> cluster_size_shares(const UnitDesign& design) {
  const auto mean = static_cast<std::size_t>(design.cluster_size);
  std::vector<double> shares(mean + 1, 0.0);
  if (design.cluster_size_cv <= 0) {
    shares.back() = 1;
    return shares;
  }
  const double variance = design.cluster_size_cv * design.cluster_size_cv;
  const boost::math::gamma_distribution<double> size(1 / variance, variance * design.cluster_size);
  constexpr double rest = 1e-12;
  shares.resize(1);
  for (double below = 0; below < 1 - rest && shares.size() <= largest_size;) {
    const double up_to = boost::math::cdf(size, static_cast<double>(shares.size()) + 0.5);
    shares.push_back(up_to - below);
    below = up_to;
  }
  return shares;
}

ClusterOutcomes::ClusterOutcomes(const DataModel& model, const UnitDesign& design, std::span<const int> arms)
    : model_(model), design_(design), arms_(arms.begin(), arms.end()) {
  require(model.kind == OutcomeKind::score || model.kind == OutcomeKind::binary, "clusters have scores, or yes and no");
  require(design.cluster_size >= 1, "a cluster has patients");
  const double icc = model.intracluster_correlation.value_or(0);
  require(icc >= 0 && icc < 1, "an intracluster correlation is not negative, and below 1");
  for (std::size_t visit = 0; visit < model.visits_months.size(); ++visit) {
    std::vector<double>&correlation = correlation_.emplace_back(), &cut = cut_.emplace_back();
    for (const int arm : arms_) {
      const DataModel::DataArm& of = model.arms.at(static_cast<std::size_t>(arm));
      const bool score = model.kind == OutcomeKind::score;
      correlation.push_back(score ? icc : latent_correlation(of.share[visit], icc));
      cut.push_back(score ? 0.0 : normal_quantile(std::clamp(1 - of.share[visit], 0.0, 1.0)));
    }
  }
}

void ClusterOutcomes::prepare(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> clusters) {
  seed_ = seed;
  replicate_ = replicate;
  clusters_.assign(clusters.begin(), clusters.end());
  draw_sizes();
  common_.resize(clusters.size());
  TileAddress address;
  address.seed = seed;
  address.replicate = replicate;
  address.purpose = Purpose::cluster_effect;
  shared_normals(address, clusters_, common_.data());
}

void ClusterOutcomes::draw_sizes() {
  largest_ = design_.cluster_size;
  sizes_.assign(clusters_.size(), design_.cluster_size);
  if (design_.cluster_size_cv <= 0) return;
  largest_ = 0;
  const double variance = design_.cluster_size_cv * design_.cluster_size_cv;
  for (std::size_t i = 0; i < sizes_.size(); ++i) {
    const double size =
        std::floor(design_.cluster_size * gamma_frailty(variance, seed_, replicate_, clusters_[i]) + 0.5);
    sizes_[i] = static_cast<int>(std::clamp(size, 1.0, static_cast<double>(largest_size)));
    largest_ = std::max(largest_, sizes_[i]);
  }
}

/// u_v of the visit.
void ClusterOutcomes::share_luck(std::size_t visit) {
  const double autocorrelation = model_.cluster_autocorrelation;
  if (autocorrelation >= 1) {
    luck_ = common_;
    return;
  }
  luck_.resize(clusters_.size());
  TileAddress address;
  address.seed = seed_;
  address.replicate = replicate_;
  address.purpose = Purpose::cluster_effect;
  address.occasion = static_cast<std::uint16_t>(1 + visit);
  shared_normals(address, clusters_, luck_.data());
  const double lasting = __builtin_sqrt(autocorrelation), own = __builtin_sqrt(1 - autocorrelation);
  for (std::size_t i = 0; i < luck_.size(); ++i) luck_[i] = lasting * common_[i] + own * luck_[i];
}

void ClusterOutcomes::outcome(std::size_t visit, std::span<const int> code, std::span<const double> shifts,
                              std::span<std::vector<double>> rows) {
  const std::size_t n = clusters_.size();
  const bool score = model_.kind == OutcomeKind::score;
  share_luck(visit);
  mean_.resize(n);
  own_.resize(n);
  // A score is mean_ + own_ e; a yes is own_ e > mean_.
  for (std::size_t i = 0; i < n; ++i) {
    const auto a = static_cast<std::size_t>(code[i]);
    const DataModel::DataArm& arm = model_.arms[static_cast<std::size_t>(arms_[a])];
    const double r = correlation_[visit][a], sd = score ? arm.sd[visit] : 1.0;
    const double luck = sd * __builtin_sqrt(r) * luck_[i];
    own_[i] = sd * __builtin_sqrt(1 - r);
    mean_[i] = score ? arm.mean[visit] + shifts[a] + luck : cut_[visit][a] - luck;
  }
  TileAddress address;
  address.seed = seed_;
  address.replicate = replicate_;
  address.purpose = Purpose::cluster_member;
  address.occasion = static_cast<std::uint16_t>(visit);
  for (int member = 0; member < largest_; member += 2) {
    address.block = static_cast<std::uint16_t>(member / 2);
    std::vector<double>& first = rows[static_cast<std::size_t>(member)];
    first.resize(n);
    spare_.resize(n);
    const bool pair = member + 1 < largest_;
    std::vector<double>& second = pair ? rows[static_cast<std::size_t>(member) + 1] : spare_;
    second.resize(n);
    shared_normal_pairs(address, clusters_, first.data(), second.data());
    for (int k = 0; k < (pair ? 2 : 1); ++k) {
      std::vector<double>& row = k == 0 ? first : second;
      for (std::size_t i = 0; i < n; ++i) {
        const double value = own_[i] * row[i];
        const double here = score ? mean_[i] + value : (value > mean_[i] ? 1.0 : 0.0);
        row[i] = member + k < sizes_[i] ? here : std::numeric_limits<double>::quiet_NaN();
      }
    }
  }
}

}  // namespace vcohort
