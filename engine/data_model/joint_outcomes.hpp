#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "engine/data_model/data_model.hpp"
#include "engine/data_model/joint_correlation.hpp"

namespace vcohort {

/// All endpoints of a data model made ready. Those of one endpoint draw what DataOutcomes::prepare() says. Several have
/// their normals with joint_correlation(): a higher normal is a higher value, a yes, or a later event. Per patient, who
/// ascend, two shared normals per two of latent_places() and one for a last that is left, from Purpose::endpoint
/// (block = place / 2), so that endpoints that are added at the end leave the others as they are.
class JointOutcomes {
 public:
  explicit JointOutcomes(const DataModel&);

  void prepare(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> patients,
               std::span<const double> randomised_months = {});

  /// Of an endpoint that is no composite.
  DataOutcomes& of(std::size_t endpoint) { return outcomes_[endpoint]; }
  const DataOutcomes& of(std::size_t endpoint) const { return outcomes_[endpoint]; }

  int patients() const { return outcomes_.front().patients(); }

  /// Of an endpoint of times to an event, also of a composite: months to the first of its events. Shape [patient].
  void time_to_event(std::size_t endpoint, int arm, double* out);

 private:
  void draw(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> patients);

  std::vector<DataOutcomes> outcomes_;             // [endpoint]; of a composite one nothing is asked
  std::vector<std::vector<std::size_t>> parts_;    // [endpoint]: of a composite one, the endpoints
  std::vector<LatentPlace> places_;                // none of a model of one endpoint
  std::vector<std::vector<double>> factor_, raw_;  // Cholesky; [place][patient]
  std::vector<double*> drawn_;
  std::vector<double> one_;  // [patient]
};

}  // namespace vcohort
