#pragma once
#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "engine/analysis/dataset.hpp"

namespace vcohort::analysis {

/// A trial of 200 patients with everything that a method could ask for: three covariates, a factor of five levels, four
/// strata, an outcome, a count, a binary outcome, an ordinal outcome, a time. Deterministic.
struct BenchTrial {
  static constexpr int patients = 200;
  std::vector<int> arm, stratum, gmfcs;
  std::vector<double> outcome, baseline, binary, ordinal, count, time, exposure;
  std::vector<std::vector<double>> covariates;
  std::vector<std::uint8_t> event;
  std::vector<std::span<const double>> covariate_views;
  std::vector<Factor> factors;

  BenchTrial() {
    std::mt19937_64 generator(1);
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform;
    covariates.resize(3);
    for (int i = 0; i < patients; ++i) {
      arm.push_back(uniform(generator) < 0.5 ? 0 : 1);
      stratum.push_back(static_cast<int>(4 * uniform(generator)));
      gmfcs.push_back(static_cast<int>(5 * uniform(generator)));
      for (auto& covariate : covariates) covariate.push_back(normal(generator));
      baseline.push_back(normal(generator));
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
  }

  Dataset view(const std::vector<double>& endpoint) const {
    Dataset data;
    data.arm = arm;
    data.outcome = endpoint;
    data.baseline = baseline;
    data.strata = 4;
    data.stratum = stratum;
    data.time = time;
    data.event = event;
    data.exposure = exposure;
    return data;
  }
};

}  // namespace vcohort::analysis
