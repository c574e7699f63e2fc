#include "engine/data_model/joint_outcomes.hpp"

#include <algorithm>
#include <limits>

#include "engine/data_model/correlation.hpp"
#include "engine/data_model/outcome_hot.hpp"
#include "engine/numeric/require.hpp"
#include "engine/study/data_endpoints.hpp"

namespace vcohort {

namespace {

/// Something to construct in the place of an endpoint that is made of others.
DataModel without_outcome(const DataModel& composite) {
  DataModel none = composite;
  none.arms.clear();
  return none;
}

}  // namespace

JointOutcomes::JointOutcomes(const DataModel& model) {
  const std::span<const DataModel> endpoints = endpoints_of(model);
  for (const DataModel& endpoint : endpoints) {
    outcomes_.emplace_back(endpoint.is_composite() ? without_outcome(endpoint) : endpoint);
    std::vector<std::size_t>& parts = parts_.emplace_back();
    for (const std::string& name : endpoint.first_of) {
      const DataModel* part = endpoint_called(model, name);
      require(part && part->kind == OutcomeKind::survival && !part->is_composite(),
              "a composite endpoint is the first of times to events");
      parts.push_back(static_cast<std::size_t>(part - endpoints.data()));
    }
  }
  if (model.endpoints.empty()) return;
  places_ = latent_places(model);
  factor_ = correlation_factor(joint_correlation(model));
  raw_.resize(places_.size());
}

void JointOutcomes::prepare(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> patients,
                            std::span<const double> randomised_months) {
  if (places_.empty()) return outcomes_.front().prepare(seed, replicate, patients, randomised_months);
  draw(seed, replicate, patients);
  for (DataOutcomes& outcomes : outcomes_) outcomes.begin(seed, replicate, patients);
  for (std::size_t k = 0; k < places_.size(); ++k) {
    std::vector<double>& latent = outcomes_[places_[k].endpoint].latent(places_[k].visit);
    correlated_normals(drawn_.data(), factor_[k].data(), static_cast<long>(k), static_cast<long>(patients.size()),
                       latent.data());
  }
  for (DataOutcomes& outcomes : outcomes_) outcomes.time_by_normal();
}

void JointOutcomes::draw(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> patients) {
  TileAddress address;
  address.seed = seed;
  address.replicate = replicate;
  address.purpose = Purpose::endpoint;
  drawn_.clear();
  for (std::vector<double>& column : raw_) {
    column.resize(patients.size());
    drawn_.push_back(column.data());
  }
  for (std::size_t k = 0; k < raw_.size(); k += 2) {
    address.block = static_cast<std::uint16_t>(k / 2);
    if (k + 1 < raw_.size())
      shared_normal_pairs(address, patients, drawn_[k], drawn_[k + 1]);
    else
      shared_normals(address, patients, drawn_[k]);
  }
}

void JointOutcomes::time_to_event(std::size_t endpoint, int arm, double* out) {
  if (parts_[endpoint].empty()) return outcomes_[endpoint].time_to_event(arm, out);
  const auto n = static_cast<std::size_t>(patients());
  one_.resize(n);
  std::fill(out, out + n, std::numeric_limits<double>::infinity());
  for (const std::size_t part : parts_[endpoint]) {
    outcomes_[part].time_to_event(arm, one_.data());
    for (std::size_t i = 0; i < n; ++i) out[i] = std::min(out[i], one_[i]);
  }
}

}  // namespace vcohort
