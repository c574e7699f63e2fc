#include "engine/data_model/data_model.hpp"

#include <algorithm>
#include <cmath>
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

/// Latent normals above which the outcome is at least one category higher.
std::vector<std::vector<double>> cuts_of(const DataModel& model, const DataModel::DataArm& arm) {
  const auto cut_at = [](double below) { return normal_quantile(std::clamp(below, 0.0, 1.0)); };
  std::vector<std::vector<double>> cuts(model.visits_months.size());
  for (std::size_t v = 0; v < cuts.size(); ++v) {
    if (model.kind == Kind::binary) cuts[v] = {cut_at(1 - arm.share[v])};
    if (model.kind != Kind::ordinal) continue;
    double below = 0;
    for (std::size_t c = 0; c + 1 < arm.share.size(); ++c) cuts[v].push_back(cut_at(below += arm.share[c]));
  }
  return cuts;
}

}  // namespace

DataOutcomes::DataOutcomes(const DataModel& model) : model_(model), factor_(correlation_factor(model.correlation)) {
  require(!seen_at_visits(model.kind) || factor_.empty() || factor_.size() == model.visits_months.size(),
          "there is a correlation per pair of visits");
  for (const DataModel::DataArm& arm : model_.arms) {
    check_arm(model_, arm);
    cut_.push_back(cuts_of(model_, arm));
  }
  raw_.resize(model_.visits_months.size());
  latent_.resize(model_.visits_months.size());
  events_.resize(model_.arms.size());
}

void DataOutcomes::prepare(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> patients) {
  seed_ = seed;
  replicate_ = replicate;
  const bool same = patients_.size() == patients.size() && !patients.empty() && patients_.front() == patients.front() &&
                    patients_.back() == patients.back() &&
                    patients.back() - patients.front() + 1 == patients.size();  // none is left out
  if (!same) patients_.assign(patients.begin(), patients.end());
  TileAddress address;
  address.seed = seed;
  address.replicate = replicate;
  address.purpose = Purpose::data_model;
  if (!seen_at_visits(model_.kind)) {
    uniform_.resize(patients.size());
    shared_uniforms(address, patients_, uniform_.data());
    if (model_.kind == Kind::survival) {
      log_uniform_.resize(patients.size());
      log_of(uniform_, log_uniform_);
    }
    for (auto& events : events_) events.clear();
    return;
  }
  // The first visit stands on its own normals.
  const auto drawn = [&](std::size_t v) -> std::vector<double>& {
    return v == 0 || factor_.empty() ? latent_[v] : raw_[v];
  };
  drawn_.clear();
  for (std::size_t v = 0; v < latent_.size(); ++v) {
    drawn(v).resize(patients.size());
    drawn_.push_back(drawn(v).data());
  }
  for (std::size_t v = 0; v < drawn_.size(); v += 2) {
    address.block = static_cast<std::uint16_t>(v / 2);
    if (v + 1 < drawn_.size())
      shared_normal_pairs(address, patients_, drawn_[v], drawn_[v + 1]);
    else
      shared_normals(address, patients_, drawn_[v]);
  }
  for (std::size_t v = 1; v < factor_.size(); ++v) correlate(v);
}

void DataOutcomes::correlate(std::size_t visit) {
  latent_[visit].resize(patients_.size());
  correlated_normals(drawn_.data(), factor_[visit].data(), static_cast<long>(visit),
                     static_cast<long>(patients_.size()), latent_[visit].data());
}

double DataOutcomes::mean_of(int arm, std::size_t visit, double shift) const {
  return model_.arms[static_cast<std::size_t>(arm)].mean[visit] + (model_.visits_months[visit] > 0 ? shift : 0.0);
}

void DataOutcomes::outcome(int arm, std::size_t visit, double shift, double* out) const {
  const auto a = static_cast<std::size_t>(arm);
  const double* latent = latent_[visit].data();
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
  const double* latent = latent_[visit].data();
  const std::size_t n = patients_.size();
  if (model_.kind == Kind::score) {
    means_.resize(arms.size());
    sds_.resize(arms.size());
    for (std::size_t k = 0; k < arms.size(); ++k) {
      means_[k] = mean_of(arms[k], visit, shifts[k]);
      sds_[k] = model_.arms[static_cast<std::size_t>(arms[k])].sd[visit];
    }
    scores_by_arm(latent, code.data(), static_cast<int>(arms.size()), means_.data(), sds_.data(), static_cast<long>(n),
                  out);
    return;
  }
  const double lowest = model_.kind == Kind::binary ? 0.0 : 1.0;
  for (std::size_t i = 0; i < n; ++i) out[i] = lowest;
  for (std::size_t k = 0; k < arms.size(); ++k)
    for (const double cut : cut_[static_cast<std::size_t>(arms[k])][visit])
      for (std::size_t i = 0; i < n; ++i)
        out[i] += ((code[i] == static_cast<int>(k)) & (latent[i] > cut)) != 0 ? 1.0 : 0.0;
}

void DataOutcomes::time_to_event(int arm, double* out) const {
  const DataModel::DataArm& law = model_.arms[static_cast<std::size_t>(arm)];
  for (std::size_t i = 0; i < patients_.size(); ++i)
    out[i] = law.cured == 0 ? time_at_hazard(law, -log_uniform_[i]) : time_at_survival(law, uniform_[i]);
}

void DataOutcomes::counts(int arm, const double* exposure, double* out) {
  const DataModel::DataArm& of_arm = model_.arms[static_cast<std::size_t>(arm)];
  std::vector<double>& events = events_[static_cast<std::size_t>(arm)];
  const double follow_up = model_.follow_up_months;
  if (events.empty()) {
    events.resize(patients_.size());
    for (std::size_t i = 0; i < patients_.size(); ++i) {
      const double frailty = gamma_frailty(of_arm.dispersion, seed_, replicate_, patients_[i]);
      events[i] = poisson_events(of_arm.rate * follow_up * frailty, uniform_[i]);
    }
  }
  for (std::size_t i = 0; i < patients_.size(); ++i)
    out[i] = events_within(exposure[i] / follow_up, events[i], seed_, replicate_, patients_[i]);
}

}  // namespace vcohort
