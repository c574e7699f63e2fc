#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "engine/data_model/covariate_law.hpp"
#include "engine/study/trial_design.hpp"

namespace vcohort {

/// The covariates of the patients of a replicate. Shapes end in [patient].
class CovariateDraws {
 public:
  explicit CovariateDraws(const DataModel&);

  bool any() const { return !covariates_.empty(); }

  /// Draws per patient, who ascend, two shared normals per two covariates and one for a last covariate that is left,
  /// from Purpose::covariate (occasion 0, block = covariate / 2), and makes levels of them. Where there are sites, from
  /// Purpose::site: of each patient a shared uniform (occasion 0), which chooses among the sites that recruit on the
  /// day of randomisation by their shares; of the replicate a normal for the effect of each site, four to a block, and
  /// the gamma factor of its rate (gamma_variable(), patient = site). Without `randomised_months` all recruit.
  void prepare(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> patients,
               std::span<const double> randomised_months = {});

  /// Whether sites open in the course of a trial, so that it matters when patients are randomised.
  bool sites_open() const;

  /// Adds factor times what the covariates add to the linear predictor.
  void add(const CovariateTerms&, double factor, double* out) const;

  /// As it is recorded: a normal covariate, rounded to its decimals.
  void record(std::size_t covariate, std::vector<double>& out) const;

  /// The level of each patient; of a normal covariate the group of the recorded value.
  void record_levels(std::size_t covariate, std::vector<int>& out) const;

 private:
  double recorded(const DataCovariate&, double normal) const;
  void choose_sites(std::size_t covariate, std::uint64_t seed, std::uint32_t replicate,
                    std::span<const std::uint64_t> patients, std::span<const double> randomised_months);

  std::vector<DataCovariate> covariates_;
  std::vector<std::vector<double>> factor_;  // Cholesky; empty: independent
  std::vector<std::vector<double>> cut_;     // [covariate]: latent normals above which the level rises
  std::vector<std::vector<double>> raw_, latent_;
  std::vector<std::vector<int>> level_;
  std::vector<double*> drawn_;
  std::size_t patients_ = 0;
  std::vector<double> uniform_, site_effect_, site_rate_;  // [patient], [site], [site]
};

}  // namespace vcohort
