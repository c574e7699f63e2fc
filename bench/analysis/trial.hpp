#pragma once
#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "engine/analysis/analysis.hpp"

namespace vcohort::analysis {

/// A trial of 200 patients with everything that a method could ask for: three covariates, four strata, an outcome, a
/// count, a binary outcome, an ordinal outcome, a time. Deterministic.
struct BenchTrial {
  static constexpr int patients = 200;
  std::vector<int> arm, stratum;
  std::vector<double> outcome, binary, ordinal, count, time, exposure;
  std::vector<std::vector<double>> covariates;
  std::vector<std::uint8_t> event;
  std::vector<std::span<const double>> covariate_views;

  BenchTrial() {
    std::mt19937_64 generator(1);
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform;
    covariates.resize(3);
    for (int i = 0; i < patients; ++i) {
      arm.push_back(uniform(generator) < 0.5 ? 0 : 1);
      stratum.push_back(static_cast<int>(4 * uniform(generator)));
      for (auto& covariate : covariates) covariate.push_back(normal(generator));
      const double mean = 0.3 * arm.back() + 0.5 * covariates[0].back();
      outcome.push_back(mean + normal(generator));
      binary.push_back(mean + normal(generator) > 0 ? 1 : 0);
      ordinal.push_back(std::clamp(static_cast<int>(3 + mean + normal(generator)), 0, 6));
      std::poisson_distribution<int> poisson(std::exp(0.3 * mean + 0.5 * normal(generator)));
      count.push_back(poisson(generator));
      exposure.push_back(0.5 + uniform(generator));
      time.push_back(-std::log(uniform(generator)) * std::exp(mean));
      event.push_back(uniform(generator) < 0.7);
    }
    covariate_views.assign(covariates.begin(), covariates.end());
    strata_ = {stratum, 4};
  }

  /// The endpoint, adjusted for the first `adjusted` covariates and, where `strata` is set, in strata.
  Records records(const std::vector<double>& endpoint, std::size_t adjusted, bool in_strata) {
    value_ = endpoint;
    Records records;
    records.arm = arm;
    records.values = std::span(&value_, 1);
    records.time = time;
    records.event = event;
    records.exposure = exposure;
    records.covariates = std::span(covariate_views).first(adjusted);
    if (in_strata) records.strata = std::span(&strata_, 1);
    return records;
  }

 private:
  std::span<const double> value_;
  Factor strata_;
};

}  // namespace vcohort::analysis
