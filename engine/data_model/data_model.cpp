#include "engine/data_model/data_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "engine/data_model/correlation.hpp"
#include "engine/data_model/frailty.hpp"
#include "engine/data_model/outcome_hot.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/require.hpp"
#include "engine/numeric/vector_math.hpp"
#include "engine/random/tile_draws.hpp"

namespace vcohort {

namespace {

using Kind = OutcomeKind;

void check_arm(const DataModel& model, const DataModel::DataArm& arm) {
  const std::size_t visits = model.visits_months.size();
  const auto positive = [](double x) { return x > 0 && std::isfinite(x); };
  switch (model.kind) {
    case Kind::score:
      require(arm.mean.size() == visits && arm.sd.size() == visits, "there is a mean and an SD per visit");
      require(std::all_of(arm.sd.begin(), arm.sd.end(), positive), "an SD is positive");
      break;
    case Kind::binary:
      require(arm.share.size() == visits, "there is a share per visit");
      break;
    case Kind::ordinal:
      require(arm.share.size() >= 2, "there are at least two categories");
      break;
    case Kind::survival:
      require(!arm.hazard.empty() && (arm.hazard.size() == 1 || arm.hazard_from_months.size() == arm.hazard.size()),
              "there is a hazard per interval");
      require(positive(arm.shape) && arm.cured >= 0 && arm.cured < 1, "a shape is positive, and not all are cured");
      break;
    case Kind::count:
      require(positive(arm.rate), "a rate is positive");
      break;
  }
  require(std::all_of(arm.share.begin(), arm.share.end(), [](double x) { return x >= 0 && x <= 1; }),
          "shares lie between 0 and 1");
}

/// Latent values above which the outcome is at least one category higher, `at` a share of those below.
template <class At>
std::vector<double> cuts_at_visit(const DataModel& model, const DataModel::DataArm& arm, std::size_t visit,
                                  const At& at) {
  if (model.kind == Kind::binary) return {at(1 - arm.share[visit])};
  std::vector<double> cuts;
  double below = 0;
  for (std::size_t c = 0; c + 1 < arm.share.size(); ++c) cuts.push_back(at(below += arm.share[c]));
  return cuts;
}

/// By visit; `effect` is null without covariates.
std::vector<std::vector<double>> cuts_of(const DataModel& model, const DataModel::DataArm& arm,
                                         const CovariateEffect* effect) {
  std::vector<std::vector<double>> cuts(model.visits_months.size());
  if (model.kind != Kind::binary && model.kind != Kind::ordinal) return cuts;
  for (std::size_t v = 0; v < cuts.size(); ++v) {
    if (!effect) {
      cuts[v] = cuts_at_visit(model, arm, v, [](double below) { return normal_quantile(std::clamp(below, 0.0, 1.0)); });
      continue;
    }
    const std::vector<CovariateLaw::Part> predictor = is_conditional(model)
                                                          ? std::vector<CovariateLaw::Part>{{1, 0, 0}}
                                                          : CovariateLaw(model).parts(effect->terms[v]);
    cuts[v] = cuts_at_visit(model, arm, v, [&](double below) { return -logit_at_reference(predictor, 1 - below); });
  }
  return cuts;
}

}  // namespace

DataOutcomes::DataOutcomes(const DataModel& model)
    : model_(model),
      covariates_(model),
      effects_(covariate_effects(model)),
      factor_(correlation_factor(model.correlation)) {
  require(!seen_at_visits(model.kind) || factor_.empty() || factor_.size() == model.visits_months.size(),
          "there is a correlation per pair of visits");
  for (std::size_t a = 0; a < model_.arms.size(); ++a) {
    check_arm(model_, model_.arms[a]);
    cut_.push_back(cuts_of(model_, model_.arms[a], effect_of(static_cast<int>(a))));
  }
  raw_.resize(model_.visits_months.size());
  latent_.assign(std::max<std::size_t>(1, effects_.laws.size()), Columns(model_.visits_months.size()));
  predictor_.resize(effects_.laws.size());
  events_.resize(model_.arms.size());
}

const CovariateEffect* DataOutcomes::effect_of(int arm) const {
  return effects_.laws.empty() ? nullptr : &effects_.laws[effects_.of_arm[static_cast<std::size_t>(arm)]];
}

const std::vector<double>& DataOutcomes::latent_of(int arm, std::size_t visit) const {
  return latent_[effects_.laws.empty() ? 0 : effects_.of_arm[static_cast<std::size_t>(arm)]][visit];
}

void DataOutcomes::prepare(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> patients,
                           std::span<const double> randomised_months) {
  seed_ = seed;
  replicate_ = replicate;
  const bool same = patients_.size() == patients.size() && !patients.empty() && patients_.front() == patients.front() &&
                    patients_.back() == patients.back() &&
                    patients.back() - patients.front() + 1 == patients.size();  // none is left out
  if (!same) patients_.assign(patients.begin(), patients.end());
  if (covariates_.any()) covariates_.prepare(seed, replicate, patients_, randomised_months);
  TileAddress address;
  address.seed = seed;
  address.replicate = replicate;
  address.purpose = Purpose::data_model;
  if (seen_at_visits(model_.kind)) return draw_visits(address);
  uniform_.resize(patients.size());
  shared_uniforms(address, patients_, uniform_.data());
  if (model_.kind == Kind::survival) {
    log_uniform_.resize(patients.size());
    log_of(uniform_, log_uniform_);
  }
  for (std::size_t law = 0; law < predictor_.size(); ++law) {
    predictor_[law].assign(patients_.size(), 0.0);
    covariates_.add(effects_.laws[law].terms.front(), 1, predictor_[law].data());
  }
  for (auto& events : events_) events.clear();
}

void DataOutcomes::begin(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> patients) {
  require(effects_.laws.empty(), "the endpoints of a model of several have no covariates");
  seed_ = seed;
  replicate_ = replicate;
  patients_.assign(patients.begin(), patients.end());
  if (latent_.front().empty()) latent_.front().resize(1);
  for (std::vector<double>& column : latent_.front()) column.resize(patients.size());
}

void DataOutcomes::time_by_normal() {
  if (model_.kind != Kind::survival) return;
  const std::vector<double>& normal = latent_.front().front();
  uniform_.resize(normal.size());
  log_uniform_.resize(normal.size());
  for (std::size_t i = 0; i < normal.size(); ++i) uniform_[i] = normal_cdf(-normal[i]);
  log_of(uniform_, log_uniform_);
}

void DataOutcomes::draw_visits(TileAddress address) {
  const bool as_they_are = effects_.laws.empty();
  // The first visit stands on its own normals.
  const auto drawn = [&](std::size_t v) -> std::vector<double>& {
    return as_they_are && (v == 0 || factor_.empty()) ? latent_[0][v] : raw_[v];
  };
  drawn_.clear();
  for (std::size_t v = 0; v < raw_.size(); ++v) {
    drawn(v).resize(patients_.size());
    drawn_.push_back(drawn(v).data());
  }
  for (std::size_t v = 0; v < drawn_.size(); v += 2) {
    address.block = static_cast<std::uint16_t>(v / 2);
    if (v + 1 < drawn_.size())
      shared_normal_pairs(address, patients_, drawn_[v], drawn_[v + 1]);
    else
      shared_normals(address, patients_, drawn_[v]);
  }
  if (!as_they_are) return add_covariates();
  for (std::size_t v = 1; v < factor_.size(); ++v) correlate(factor_, v, latent_[0]);
}

/// In SDs of a score, in log odds of categories.
void DataOutcomes::add_covariates() {
  for (std::size_t law = 0; law < latent_.size(); ++law) {
    const CovariateEffect& effect = effects_.laws[law];
    const auto arm = static_cast<std::size_t>(std::find(effects_.of_arm.begin(), effects_.of_arm.end(), law) -
                                              effects_.of_arm.begin());
    for (std::size_t v = 0; v < raw_.size(); ++v) {
      std::vector<double>& latent = latent_[law][v];
      correlate(effect.factor, v, latent_[law]);
      if (model_.kind == Kind::score) {
        const double per_sd = 1 / model_.arms[arm].sd[v];
        for (double& value : latent) value -= effect.centre[v] * per_sd;
        covariates_.add(effect.terms[v], per_sd, latent.data());
        continue;
      }
      for (double& value : latent) value = log_of(normal_cdf(value) / normal_cdf(-value));
      covariates_.add(effect.terms[v], 1, latent.data());
    }
  }
}

void DataOutcomes::correlate(const Columns& factor, std::size_t visit, Columns& latent) {
  latent[visit].resize(patients_.size());
  correlated_normals(drawn_.data(), factor[visit].data(), static_cast<long>(visit), static_cast<long>(patients_.size()),
                     latent[visit].data());
}

double DataOutcomes::mean_of(int arm, std::size_t visit, double shift) const {
  return model_.arms[static_cast<std::size_t>(arm)].mean[visit] + (model_.visits_months[visit] > 0 ? shift : 0.0);
}

void DataOutcomes::outcome(int arm, std::size_t visit, double shift, double* out) const {
  const auto a = static_cast<std::size_t>(arm);
  const double* latent = latent_of(arm, visit).data();
  const std::size_t n = patients_.size();
  if (model_.kind == Kind::score) {
    const double mean = mean_of(arm, visit, shift), sd = model_.arms[a].sd[visit];
    scores_by_arm(latent, nullptr, 1, &mean, &sd, static_cast<long>(n), out);
    return;
  }
  const std::vector<double>& cuts = cut_[a][visit];
  const double lowest = model_.kind == Kind::binary ? 0.0 : 1.0;
  for (std::size_t i = 0; i < n; ++i) out[i] = lowest;
  for (const double cut : cuts)
    for (std::size_t i = 0; i < n; ++i) out[i] += latent[i] > cut ? 1.0 : 0.0;
}

void DataOutcomes::outcome_by_arm(std::span<const int> arms, std::span<const double> shifts, std::size_t visit,
                                  std::span<const int> code, double* out) {
  const std::size_t n = patients_.size();
  if (model_.kind == Kind::score) {
    means_.resize(arms.size());
    sds_.resize(arms.size());
    for (std::size_t k = 0; k < arms.size(); ++k) {
      means_[k] = mean_of(arms[k], visit, shifts[k]);
      sds_[k] = model_.arms[static_cast<std::size_t>(arms[k])].sd[visit];
    }
    if (latent_.size() > 1) return scores_by_law(arms, visit, code, out);
    scores_by_arm(latent_[0][visit].data(), code.data(), static_cast<int>(arms.size()), means_.data(), sds_.data(),
                  static_cast<long>(n), out);
    return;
  }
  const double lowest = model_.kind == Kind::binary ? 0.0 : 1.0;
  for (std::size_t i = 0; i < n; ++i) out[i] = lowest;
  for (std::size_t k = 0; k < arms.size(); ++k) {
    const double* latent = latent_of(arms[k], visit).data();
    for (const double cut : cut_[static_cast<std::size_t>(arms[k])][visit])
      for (std::size_t i = 0; i < n; ++i)
        out[i] += ((code[i] == static_cast<int>(k)) & (latent[i] > cut)) != 0 ? 1.0 : 0.0;
  }
}

/// Where covariates do not do the same in all arms.
void DataOutcomes::scores_by_law(std::span<const int> arms, std::size_t visit, std::span<const int> code, double* out) {
  const std::size_t n = patients_.size();
  one_.resize(n);
  for (std::size_t k = 0; k < arms.size(); ++k) {
    scores_by_arm(latent_of(arms[k], visit).data(), nullptr, 1, &means_[k], &sds_[k], static_cast<long>(n),
                  one_.data());
    for (std::size_t i = 0; i < n; ++i) out[i] = code[i] == static_cast<int>(k) ? one_[i] : out[i];
  }
}

void DataOutcomes::time_to_event(int arm, double* out) const {
  const DataModel::DataArm& law = model_.arms[static_cast<std::size_t>(arm)];
  const CovariateEffect* effect = effect_of(arm);
  if (!effect) {
    for (std::size_t i = 0; i < patients_.size(); ++i)
      out[i] = law.cured == 0 ? time_at_hazard(law, -log_uniform_[i]) : time_at_survival(law, uniform_[i]);
    return;
  }
  const std::vector<double>& eta = predictor_[effects_.of_arm[static_cast<std::size_t>(arm)]];
  constexpr double nearly_all = 1e-300;
  for (std::size_t i = 0; i < patients_.size(); ++i) {
    const double risk = exp_of(eta[i]);
    if (!is_conditional(model_))
      out[i] = time_at_survival(law, std::clamp(survival_of_all(*effect, -log_uniform_[i] / risk), nearly_all, 1.0));
    else if (uniform_[i] <= law.cured)
      out[i] = std::numeric_limits<double>::infinity();
    else
      out[i] = time_at_hazard(law, -log_of((uniform_[i] - law.cured) / (1 - law.cured)) / risk);
  }
}

void DataOutcomes::counts(int arm, const double* exposure, double* out) {
  const DataModel::DataArm& of_arm = model_.arms[static_cast<std::size_t>(arm)];
  std::vector<double>& events = events_[static_cast<std::size_t>(arm)];
  const double follow_up = model_.follow_up_months;
  const CovariateEffect* effect = effect_of(arm);
  const double* eta = effect ? predictor_[effects_.of_arm[static_cast<std::size_t>(arm)]].data() : nullptr;
  if (events.empty()) {
    events.resize(patients_.size());
    for (std::size_t i = 0; i < patients_.size(); ++i) {
      double mean = of_arm.rate * follow_up * gamma_frailty(of_arm.dispersion, seed_, replicate_, patients_[i]);
      if (effect) mean *= exp_of(eta[i]) / effect->mean_multiplier;
      events[i] = poisson_events(mean, uniform_[i]);
    }
  }
  for (std::size_t i = 0; i < patients_.size(); ++i)
    out[i] = events_within(exposure[i] / follow_up, events[i], seed_, replicate_, patients_[i]);
}

}  // namespace vcohort
