#pragma once
#include <array>
#include <optional>
#include <span>
#include <vector>

#include "engine/development/development.hpp"
#include "engine/evidence/values.hpp"
#include "engine/patient/patient.hpp"
#include "engine/study/study.hpp"
#include "engine/therapy/hours.hpp"

namespace vcohort {

/// What rehabilitation does; the symbols are those of docs/model.md, section 3b.
struct RehabilitationParameters {
  double points_per_hour = 0;  // rho; zero where the stance or the draw says that there is no effect
  double waning_months = 1;    // tau
  double maximum = 1;          // Rmax [points]
  double usual_hours = 0;      // h0, a week
  double cv = 0;               // of the individual factor, mean one
  double age_floor = 1, age_midpoint = 0, age_slope = 1, reference_age = 0;
  std::array<double, gmfcs_levels> severity{};
};

/// What a procedure does to the motor score [points], from its time on.
struct ProcedureParameters {
  double effect = 0;
  double onset_months = 1, waning_months = 1;
  double cv = 0;  // of the individual factor, mean one
};

/// Absent where the evidence has no such numbers: a study that needs them is refused before.
struct BesideParameters {
  std::optional<RehabilitationParameters> rehabilitation;
  std::array<std::optional<ProcedureParameters>, procedures> procedure;

  explicit BesideParameters(const ParameterValues&);
};

/// How strongly each child responds: standard normals, which a plan makes log-normal with mean one. Shape [lane].
struct BesideResponse {
  Lanes<double> rehabilitation, procedure;
};

/// What plans need a response to.
struct BesideNeeds {
  bool rehabilitation = false;
  bool procedure = false;
};

/// What a strategy gives beside cells, made ready: hours above usual care, and the procedure, at every visit.
///
///   S_i(t) = rho m_i (30.4375 / 7) sum over pieces of hours times effective months
///            m_i: age at the block's start, severity, individual factor
///   R_i(t) = Rmax (1 - exp(-S_i / Rmax)) where S_i >= 0, else S_i
///   P_i(t) = effect factor_i sum over t_j < t of (1 - exp(-(t - t_j) / onset)) exp(-(t - t_j) / waning)
class BesidePlan {
 public:
  /// `everybody`: what all children of the question receive, eligible for the strategy or not.
  BesidePlan(const Strategy&, std::span<const Rehabilitation> everybody, const BesideParameters&,
             std::span<const Visit>);

  /// False: every child has usual care, and nothing else.
  bool effective() const { return rehabilitation_ || procedure_; }
  BesideNeeds needs() const { return {rehabilitation_.has_value(), procedure_.has_value()}; }
  const std::optional<StrategyEligibility>& eligibility() const { return eligibility_; }

  /// What the visits share: the weight of each start of a block in each child. A workspace of the caller.
  struct Load {
    std::vector<Lanes<double>> of_start;  // rho m_i 30.4375 / 7 [points per hour a week and effective month]
    Lanes<double> factor;                 // of the procedure
    Lanes<std::uint8_t> eligible;
  };
  void load(const PatientTile&, const BesideResponse&, Load&) const;

  /// R_i(t) + P_i(t) [points], shape [lane]; only where `effective()`.
  void points(int lanes, const Load&, std::size_t visit, double* out) const;

 private:
  struct Hours {
    RehabilitationParameters parameters;
    std::vector<double> start_months;            // of blocks, distinct
    std::vector<double> of_eligible, of_others;  // [visit][start]: hours a week times effective months
  };
  std::optional<Hours> rehabilitation_;
  struct Given {
    ProcedureParameters parameters;
    std::vector<double> progress;  // [visit]
  };
  std::optional<Given> procedure_;
  std::optional<StrategyEligibility> eligibility_;
};

/// Whether the child of a lane meets every condition.
bool is_eligible(const StrategyEligibility&, const PatientTile&, int lane);

/// 1 where the child may receive the strategy. Shape [lane].
void eligible_lanes(const std::optional<StrategyEligibility>&, const PatientTile&, std::uint8_t* out);

/// Draws, per lane: rehabilitation_response and procedure_response, one normal each at occasion 0; those that no plan
/// needs are not drawn.
void draw_beside_response(std::uint64_t seed, std::uint32_t replicate, BesideNeeds, const PatientTile&,
                          BesideResponse&);

}  // namespace vcohort
