#include "engine/data_model/covariate_draws.hpp"

#include <algorithm>

#include "engine/data_model/correlation.hpp"
#include "engine/data_model/frailty.hpp"
#include "engine/data_model/outcome_hot.hpp"
#include "engine/numeric/require.hpp"
#include "engine/random/tile_draws.hpp"

namespace vcohort {

namespace {

std::vector<double> cuts_of(const DataCovariate& covariate) {
  std::vector<double> cuts;
  if (covariate.is_site()) return cuts;
  double below = 0;
  for (std::size_t level = 0; level + 1 < covariate.shares.size(); ++level)
    cuts.push_back(normal_quantile(std::clamp(below += covariate.shares[level], 0.0, 1.0)));
  return cuts;
}

}  // namespace

CovariateDraws::CovariateDraws(const DataModel& model)
    : covariates_(model.covariates),
      factor_(correlation_factor(model.covariate_correlation)),
      raw_(factor_.size()),
      latent_(covariates_.size()),
      level_(covariates_.size()) {
  require(factor_.empty() || factor_.size() == covariates_.size(), "there is a correlation per pair of covariates");
  for (const DataCovariate& covariate : covariates_) {
    require(covariate.is_normal() ? covariate.sd > 0 : covariate.shares.size() == covariate.levels.size(),
            "a covariate is spread, or has a share per level");
    require(!covariate.is_site() || (covariate.effect.empty() && covariate.interaction.empty()),
            "the effects of sites are random");
    require(
        covariate.effect.empty() || covariate.effect.size() == (covariate.is_normal() ? 1 : covariate.levels.size()),
        "a covariate has an effect per level");
    cut_.push_back(covariate.is_normal() ? std::vector<double>{} : cuts_of(covariate));
  }
}

void CovariateDraws::prepare(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> patients,
                             std::span<const double> randomised_months) {
  patients_ = patients.size();
  TileAddress address;
  address.seed = seed;
  address.replicate = replicate;
  address.purpose = Purpose::covariate;
  drawn_.clear();
  for (std::size_t c = 0; c < latent_.size(); ++c) {
    // The first covariate stands on its own normals.
    std::vector<double>& drawn = c == 0 || factor_.empty() ? latent_[c] : raw_[c];
    drawn.resize(patients_);
    drawn_.push_back(drawn.data());
  }
  for (std::size_t c = 0; c < drawn_.size(); c += 2) {
    address.block = static_cast<std::uint16_t>(c / 2);
    if (c + 1 < drawn_.size())
      shared_normal_pairs(address, patients, drawn_[c], drawn_[c + 1]);
    else
      shared_normals(address, patients, drawn_[c]);
  }
  for (std::size_t c = 1; c < factor_.size(); ++c) {
    latent_[c].resize(patients_);
    correlated_normals(drawn_.data(), factor_[c].data(), static_cast<long>(c), static_cast<long>(patients_),
                       latent_[c].data());
  }
  for (std::size_t c = 0; c < covariates_.size(); ++c) {
    if (covariates_[c].is_normal()) continue;
    if (covariates_[c].is_site()) {
      choose_sites(c, seed, replicate, patients, randomised_months);
      continue;
    }
    level_[c].assign(patients_, 0);
    for (const double cut : cut_[c])
      for (std::size_t i = 0; i < patients_; ++i) level_[c][i] += static_cast<int>(latent_[c][i] > cut);
  }
}

bool CovariateDraws::sites_open() const {
  return std::any_of(covariates_.begin(), covariates_.end(),
                     [](const DataCovariate& covariate) { return !covariate.opened_months.empty(); });
}

void CovariateDraws::choose_sites(std::size_t c, std::uint64_t seed, std::uint32_t replicate,
                                  std::span<const std::uint64_t> patients, std::span<const double> randomised_months) {
  const DataCovariate& covariate = covariates_[c];
  const std::size_t sites = covariate.levels.size();
  site_effect_.assign(sites, 0.0);
  site_rate_ = covariate.shares;
  constexpr std::size_t per_block = 4;
  for (std::size_t s = 0; s < sites; ++s) {
    const Address of_effect{replicate, Address::whole_replicate, Purpose::site, 0,
                            static_cast<std::uint16_t>(s / per_block)};
    if (covariate.effect_sd > 0) site_effect_[s] = covariate.effect_sd * normals_at(seed, of_effect)[s % per_block];
    site_rate_[s] *= gamma_variable(covariate.rate_cv * covariate.rate_cv, seed, replicate, s, Purpose::site);
  }
  uniform_.resize(patients_);
  TileAddress address;
  address.seed = seed;
  address.replicate = replicate;
  address.purpose = Purpose::site;
  shared_uniforms(address, patients, uniform_.data());
  level_[c].resize(patients_);
  const bool all = covariate.opened_months.empty() || randomised_months.empty();
  const auto recruits = [&](std::size_t s, std::size_t i) {
    return all || covariate.opened_months[s] <= randomised_months[i];
  };
  for (std::size_t i = 0; i < patients_; ++i) {
    double total = 0, below = 0;
    for (std::size_t s = 0; s < sites; ++s) total += recruits(s, i) ? site_rate_[s] : 0.0;
    for (std::size_t s = 0; s < sites; ++s) {
      if (!recruits(s, i)) continue;
      level_[c][i] = static_cast<int>(s);
      if (uniform_[i] * total < (below += site_rate_[s])) break;
    }
  }
}

void CovariateDraws::add(const CovariateTerms& terms, double factor, double* out) const {
  for (std::size_t c = 0; c < terms.size(); ++c) {
    const std::vector<double>& own = terms[c];
    if (own.empty()) continue;
    if (covariates_[c].is_site()) {
      for (std::size_t i = 0; i < patients_; ++i)
        out[i] += factor * own[0] * site_effect_[static_cast<std::size_t>(level_[c][i])];
      continue;
    }
    if (covariates_[c].is_normal()) {
      add_times(latent_[c].data(), factor * own[0] * covariates_[c].sd, static_cast<long>(patients_), out);
    } else if (own.size() == 2) {  // without a look-up the loop is vectorised
      const double low = factor * own[0], more = factor * (own[1] - own[0]);
      for (std::size_t i = 0; i < patients_; ++i) out[i] += low + more * static_cast<double>(level_[c][i]);
    } else {
      for (std::size_t i = 0; i < patients_; ++i) out[i] += factor * own[static_cast<std::size_t>(level_[c][i])];
    }
  }
}

double CovariateDraws::recorded(const DataCovariate& covariate, double normal) const {
  const double value = covariate.mean + covariate.sd * normal;
  if (!covariate.decimals) return value;
  double steps = 1;
  for (int k = 0; k < *covariate.decimals; ++k) steps *= 10;
  return __builtin_rint(value * steps) / steps;
}

void CovariateDraws::record(std::size_t c, std::vector<double>& out) const {
  out.resize(patients_);
  for (std::size_t i = 0; i < patients_; ++i) out[i] = recorded(covariates_[c], latent_[c][i]);
}

void CovariateDraws::record_levels(std::size_t c, std::vector<int>& out) const {
  const DataCovariate& covariate = covariates_[c];
  if (!covariate.is_normal()) {
    out = level_[c];
    return;
  }
  out.assign(patients_, 0);
  for (std::size_t i = 0; i < patients_; ++i) {
    const double value = recorded(covariate, latent_[c][i]);
    for (const double cut : covariate.cuts) out[i] += static_cast<int>(value >= cut);
  }
}

}  // namespace vcohort
