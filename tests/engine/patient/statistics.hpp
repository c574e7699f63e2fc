#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

/// Samples against the laws that they should follow. Seeds are fixed; a tolerance is 4.5 standard errors, a false alarm
/// once in 150,000 seeds, and one in a million for a whole distribution.
namespace vcohort::test {

inline constexpr double standard_errors = 4.5;

struct Moments {
  double n = 0, mean = 0, sd = 0, fourth = 0;  // fourth: standardised central moment
};

inline Moments moments(const std::vector<double>& values) {
  Moments m;
  m.n = static_cast<double>(values.size());
  for (double value : values) m.mean += value / m.n;
  double second = 0;
  for (double value : values) {
    const double square = (value - m.mean) * (value - m.mean);
    second += square / m.n;
    m.fourth += square * square / m.n;
  }
  m.fourth /= second * second;
  m.sd = std::sqrt(second * m.n / (m.n - 1));
  return m;
}

inline void expect_mean(const std::vector<double>& values, double mean) {
  const Moments m = moments(values);
  EXPECT_NEAR(m.mean, mean, standard_errors * m.sd / std::sqrt(m.n)) << "n = " << m.n;
}

/// The error of an SD depends on the fourth moment, which is taken from the sample.
inline void expect_sd(const std::vector<double>& values, double sd) {
  const Moments m = moments(values);
  EXPECT_NEAR(m.sd, sd, standard_errors * sd * std::sqrt((m.fourth - 1) / (4 * m.n))) << "n = " << m.n;
}

inline void expect_share(double events, double n, double p) {
  EXPECT_NEAR(events / n, p, standard_errors * std::sqrt(p * (1 - p) / n)) << events << " of " << n;
}

/// A count that is Poisson, or less variable.
inline void expect_count(double events, double mean) {
  EXPECT_NEAR(events, mean, standard_errors * std::sqrt(mean));
}

inline double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const Moments of_x = moments(x), of_y = moments(y);
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - of_x.mean) * (y[i] - of_y.mean);
  return sum / ((of_x.n - 1) * of_x.sd * of_y.sd);
}

/// By Fisher's transformation, whose standard error is 1 / sqrt(n - 3).
inline void expect_correlation(const std::vector<double>& x, const std::vector<double>& y, double rho) {
  EXPECT_NEAR(std::atanh(correlation(x, y)), std::atanh(rho),
              standard_errors / std::sqrt(static_cast<double>(x.size()) - 3));
}

/// Kolmogorov and Smirnov: 2 exp(-2 n D^2) = 1e-6.
inline void expect_distribution(std::vector<double> values, const std::function<double(double)>& cdf) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double p = cdf(values[i]);
    distance = std::max({distance, p - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - p});
  }
  EXPECT_LT(distance, std::sqrt(std::log(2e6) / (2 * n)));
}

inline double normal_distribution(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

}  // namespace vcohort::test
