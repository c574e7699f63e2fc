#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/development/development.hpp"
#include "engine/outcome/drooling.hpp"
#include "engine/outcome/endpoint.hpp"
#include "engine/therapy/beside_cells.hpp"
#include "engine/therapy/therapy.hpp"

namespace vcohort {

/// Everything that the model of one scenario knows, made ready once: parameters by folder, visits and endpoints.
struct OutcomeModel {
  DevelopmentParameters development;
  TherapyParameters therapy;
  BesideParameters beside;
  DomainParameters domain;
  ImpressionParameters impression;
  DroolingParameters drooling;
  std::array<double, gmfcs_levels> mcid{};
  double drift = 0, drift_months = 1;  // gain of every arm of a trial above the curve
  std::vector<Visit> visits;
  std::vector<Endpoint> recorded;

  OutcomeModel(const ParameterValues&, std::span<const double> visits_months,
               std::span<const std::string> endpoint_names);

  bool records(Measure) const;
};

/// A strategy with all that its outcomes need.
struct OutcomePlan {
  TherapyPlan therapy;
  BesidePlan beside;
  DroolingPlan drooling;
  std::vector<OutcomePlan> options;  // of a choice: the two that it is made between

  /// `everybody`: the rehabilitation of all children, whatever their strategy.
  OutcomePlan(const Strategy&, const OutcomeModel&, std::span<const Rehabilitation> everybody = {});
};

/// The outcomes of a tile of children: first what all strategies share, then one strategy at a time. A workspace: it
/// keeps its memory from tile to tile.
class TileOutcomes {
 public:
  enum class Setting : std::uint8_t { cohort, trial };  // children in trials gain `drift` above their curve

  explicit TileOutcomes(const OutcomeModel&);

  /// Draws what does not depend on the strategy. Per lane: disturbance (one normal per visit), measurement (one block
  /// of four normals per visit and group of endpoints), domain_level (one block per group of domains),
  /// global_impression (one normal per visit), drooling_response (four uniforms), responder (two) and idiosyncratic
  /// (one); those that are not asked for are not drawn. Plans with rehabilitation or a procedure draw the child's
  /// response to it, one normal each, when the first of them is evaluated.
  void prepare(std::uint64_t seed, std::uint32_t replicate, const ChildTile&, Setting);

  /// Computes every endpoint at every visit under a strategy. `infusions_before_change`: see TileHarm; shape [lane].
  void evaluate(const OutcomePlan&, const ChildTile&, const std::uint16_t* infusions_before_change);

  /// Of the strategy evaluated last, shape [lane]. Observed is what the visit records; latent is free of measurement
  /// error (the same as observed for endpoints that are not scores).
  const Lanes<double>& observed(std::size_t endpoint, std::size_t visit) const {
    return observed_[at(endpoint, visit)];
  }
  const Lanes<double>& latent(std::size_t endpoint, std::size_t visit) const { return latent_[at(endpoint, visit)]; }

  /// Observed change of GMFM-66 above the level's expectation [points]; only where the motor score is recorded or
  /// needed.
  const Lanes<double>& above_expectation(std::size_t visit) const { return above_expectation_[visit]; }

  /// The score that the global impression is cut from; only where it is recorded.
  const Lanes<double>& impression_score(std::size_t visit) const { return impression_score_[visit]; }

  /// What the first assessment recorded, before any infusion, shape [lane].
  const Lanes<double>& baseline(std::size_t endpoint) const { return baseline_[endpoint]; }

 private:
  void evaluate_regimen(const OutcomePlan&, const ChildTile&, const std::uint16_t* infusions_before_change);
  void evaluate_choice(const OutcomePlan&, const ChildTile&, const std::uint16_t* infusions_before_change);
  std::size_t at(std::size_t endpoint, std::size_t visit) const { return endpoint * model_.visits.size() + visit; }
  void draw_errors(std::uint64_t seed, std::uint32_t replicate, const ChildTile&);
  void draw_domain_levels(std::uint64_t seed, std::uint32_t replicate, const ChildTile&);
  void effect_on(Domain, std::size_t visit, const OutcomePlan&, int lanes, double* out) const;
  void load_beside(const BesidePlan&, const PatientTile&);
  void evaluate_motor(const OutcomePlan&, const ChildTile&, std::size_t visit);
  void evaluate_gmfm88(const ChildTile&, std::size_t endpoint, std::size_t visit);
  void evaluate_domain(const OutcomePlan&, const ChildTile&, std::size_t endpoint, std::size_t visit);
  void evaluate_impression(const ChildTile&, std::size_t endpoint, std::size_t visit);

  const OutcomeModel& model_;
  bool needs_motor_observed_ = false;
  double drift_ = 0;
  std::uint64_t seed_ = 0;
  std::uint32_t replicate_ = 0;

  // Shared by all strategies: [visit] or [endpoint][visit], each of lanes.
  std::vector<Lanes<double>> motor_, expected_, motor_error_, disturbance_, error_, impression_noise_;
  std::vector<Lanes<double>> domain_baseline_, baseline_;
  DroolingLuck luck_;
  Response response_;
  std::array<Lanes<double>, cell_types> amplitude_;
  std::array<bool, cell_types> amplitude_known_{};
  std::array<double, cell_types> amplitude_start_{};  // months from baseline to the first infusion that it is for

  BesideResponse beside_response_;
  BesideNeeds beside_drawn_;

  // Of the strategy evaluated last.
  BesidePlan::Load beside_load_;
  std::vector<Lanes<double>> beside_points_;  // [visit]: of rehabilitation and procedure, without cells
  Lanes<std::uint16_t> category_;
  std::vector<Lanes<double>> observed_, latent_, motor_latent_, motor_observed_, above_expectation_, impression_score_;
  std::vector<Lanes<double>> first_option_;  // of a choice: the results of the first option, one behind the other
};

}  // namespace vcohort
