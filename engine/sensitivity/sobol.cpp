#include "engine/sensitivity/sobol.hpp"

#include <algorithm>
#include <boost/random/sobol.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <cmath>
#include <limits>

#include "engine/numeric/require.hpp"
#include "engine/random/addressed_engine.hpp"

namespace vcohort {

namespace {

/// The middle of one of 2^52 equal parts of (0, 1): never 0 nor 1.
double open_unit(std::uint64_t bits) {
  constexpr int dropped = 12;
  return (static_cast<double>(bits >> dropped) + 0.5) * 0x1p-52;
}

/// Means over points that the indices are made of, the points counted as often as they were drawn.
struct Moments {
  double mean = 0;
  double variance = 0;
  Eigen::VectorXd first, total;  // [factor] before division by the variance
};

Moments moments_of(const SobolOutputs& outputs, const Eigen::VectorXd& times) {
  const Eigen::Index points = outputs.a.size();
  const auto count = static_cast<double>(points);
  Moments found;
  for (Eigen::Index point = 0; point < points; ++point)
    found.mean += times[point] * (outputs.a[point] + outputs.b[point]);
  found.mean /= 2 * count;
  for (Eigen::Index point = 0; point < points; ++point) {
    const double a = outputs.a[point] - found.mean;
    const double b = outputs.b[point] - found.mean;
    found.variance += times[point] * (a * a + b * b);
  }
  found.variance /= 2 * count;
  found.first = Eigen::VectorXd::Zero(outputs.swapped.cols());
  found.total = found.first;
  for (Eigen::Index factor = 0; factor < outputs.swapped.cols(); ++factor)
    for (Eigen::Index point = 0; point < points; ++point) {
      const double change = outputs.swapped(point, factor) - outputs.a[point];
      found.first[factor] += times[point] * (outputs.b[point] - found.mean) * change;
      found.total[factor] += times[point] * change * change;
    }
  found.first /= count;
  found.total /= 2 * count;
  return found;
}

/// How often each point is drawn in a resample.
Eigen::VectorXd resampled(Eigen::Index points, const SobolBootstrap& bootstrap, int resample) {
  Address address = bootstrap.draws;
  address.occasion = static_cast<std::uint16_t>(resample);
  AddressedEngine engine(bootstrap.seed, address);
  const boost::random::uniform_int_distribution<Eigen::Index> any_point(0, points - 1);
  Eigen::VectorXd times = Eigen::VectorXd::Zero(points);
  for (Eigen::Index draw = 0; draw < points; ++draw) times[any_point(engine)] += 1;
  return times;
}

/// Quantile between order statistics, the seventh definition of Hyndman and Fan.
double quantile(const std::vector<double>& sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

SobolIndex summarise(double value, std::vector<double> resamples, double confidence) {
  const auto count = static_cast<double>(resamples.size());
  double mean = 0;
  for (const double resample : resamples) mean += resample / count;
  double squares = 0;
  for (const double resample : resamples) squares += (resample - mean) * (resample - mean);
  std::sort(resamples.begin(), resamples.end());
  const double tail = (1.0 - confidence) / 2.0;
  return {value, std::sqrt(squares / (count - 1.0)), quantile(resamples, tail), quantile(resamples, 1.0 - tail)};
}

void require_usable(const SobolOutputs& outputs, const SobolBootstrap& bootstrap) {
  constexpr Eigen::Index words_per_address = Eigen::Index{1} << 18;
  constexpr int occasions = 1 << 16;
  const Eigen::Index points = outputs.a.size();
  require(outputs.b.size() == points && outputs.swapped.rows() == points,
          "each point is evaluated with every column swapped");
  require(points >= 2 && points <= words_per_address, "a bootstrap resample has one word per point");
  require(bootstrap.resamples >= 2 && bootstrap.resamples <= occasions, "every resample has its own occasion");
  require(bootstrap.confidence > 0 && bootstrap.confidence < 1, "the confidence is a share");
  require(outputs.a.allFinite() && outputs.b.allFinite() && outputs.swapped.allFinite(),
          "the outputs of the model are finite");
}

}  // namespace

Eigen::MatrixXd SobolDesign::swapped(Eigen::Index factor) const {
  Eigen::MatrixXd points_of_a = a;
  points_of_a.col(factor) = b.col(factor);
  return points_of_a;
}

SobolDesign sobol_design(Eigen::Index points, Eigen::Index factors, std::uint64_t seed, const Address& shift) {
  constexpr Eigen::Index most_factors = 1800;  // Boost's directions reach 3,667 dimensions
  require(points > 0, "a model is evaluated at points");
  require(factors > 0 && factors <= most_factors, "the sequence has two dimensions for each factor");
  AddressedEngine engine(seed, shift);
  boost::random::uniform_int_distribution<std::uint64_t> any_bits;
  std::vector<std::uint64_t> moved(static_cast<std::size_t>(2 * factors));
  for (std::uint64_t& dimension : moved) dimension = any_bits(engine);
  boost::random::sobol sequence(moved.size());
  SobolDesign design{Eigen::MatrixXd(points, factors), Eigen::MatrixXd(points, factors)};
  for (Eigen::Index point = 0; point < points; ++point)
    for (Eigen::Index dimension = 0; dimension < 2 * factors; ++dimension) {
      // Unsigned numbers wrap: that is the shift modulo 1.
      const std::uint64_t bits = sequence() + moved[static_cast<std::size_t>(dimension)];
      Eigen::MatrixXd& half = dimension < factors ? design.a : design.b;
      half(point, dimension % factors) = open_unit(bits);
    }
  return design;
}

SobolOutputs evaluate(const SobolDesign& design, const std::function<double(const Eigen::RowVectorXd&)>& model) {
  SobolOutputs outputs{Eigen::VectorXd(design.points()), Eigen::VectorXd(design.points()),
                       Eigen::MatrixXd(design.points(), design.factors())};
  for (Eigen::Index point = 0; point < design.points(); ++point) {
    Eigen::RowVectorXd row = design.a.row(point);
    outputs.a[point] = model(row);
    outputs.b[point] = model(design.b.row(point));
    for (Eigen::Index factor = 0; factor < design.factors(); ++factor) {
      row[factor] = design.b(point, factor);
      outputs.swapped(point, factor) = model(row);
      row[factor] = design.a(point, factor);
    }
  }
  return outputs;
}

SobolIndices sobol_indices(const SobolOutputs& outputs, const SobolBootstrap& bootstrap) {
  require_usable(outputs, bootstrap);
  const Eigen::Index points = outputs.a.size();
  const Eigen::Index factors = outputs.swapped.cols();
  const Moments whole = moments_of(outputs, Eigen::VectorXd::Ones(points));
  SobolIndices found;
  found.mean = whole.mean;
  found.variance = whole.variance;
  if (!(whole.variance > 0)) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    found.first.assign(static_cast<std::size_t>(factors), {none, none, none, none});
    found.total = found.first;
    return found;
  }
  std::vector<std::vector<double>> first(static_cast<std::size_t>(factors));
  std::vector<std::vector<double>> total = first;
  for (int resample = 0; resample < bootstrap.resamples; ++resample) {
    const Moments moments = moments_of(outputs, resampled(points, bootstrap, resample));
    if (!(moments.variance > 0)) continue;  // the same point drawn every time says nothing about shares
    for (Eigen::Index factor = 0; factor < factors; ++factor) {
      first[static_cast<std::size_t>(factor)].push_back(moments.first[factor] / moments.variance);
      total[static_cast<std::size_t>(factor)].push_back(moments.total[factor] / moments.variance);
    }
  }
  for (Eigen::Index factor = 0; factor < factors; ++factor) {
    const auto place = static_cast<std::size_t>(factor);
    found.first.push_back(
        summarise(whole.first[factor] / whole.variance, std::move(first[place]), bootstrap.confidence));
    found.total.push_back(
        summarise(whole.total[factor] / whole.variance, std::move(total[place]), bootstrap.confidence));
  }
  return found;
}

}  // namespace vcohort
