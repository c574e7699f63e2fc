#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/evidence/values.hpp"
#include "engine/patient/patient.hpp"
#include "engine/study/size.hpp"

namespace vcohort {

/// A visit as scheduled: its day addresses the draws that belong to it.
struct Visit {
  double months = 0;
  std::uint16_t day = 0;
};
Visit visit_at(double months);

/// How children develop and are measured without cells; the symbols are those of docs/model.md, section 1.
struct DevelopmentParameters {
  std::array<double, gmfcs_levels> limit_logit{};  // logit(L_g / 100)
  std::array<double, gmfcs_levels> limit_sd{};     // s_g
  std::array<double, gmfcs_levels> rate{};         // ln 10 / age90_g [1/year]
  std::array<double, gmfcs_levels> rate_log_sd{};  // u_g
  std::array<double, gmfcs_levels> decline_per_year{};
  std::array<double, gmfcs_levels> peak_age{};
  double decline_end_age = 0;
  double limit_rate_correlation = 0;  // of z1 and z2
  bool decline = false;
  std::array<double, gmfcs_levels> disturbance_sd{};
  double disturbance_months = 12;
  double measurement_sd = 0;  // GMFM-66
  double crosswalk_intercept = 0, crosswalk_slope = 1;
  double crosswalk_residual_sd = 0;              // [GMFM-66 points]
  double crosswalk_low = 0, crosswalk_high = 0;  // where the logit arguments are clipped [points]
  double gmfm88_measurement_sd = 0;

  explicit DevelopmentParameters(const ParameterValues&);

  /// Expected GMFM-66 of a child of this level and age: the level's curve without variation between children [points].
  double expected(int gmfcs, double age_years) const;
};

/// A tile of enrolled children: who they are and how each would develop. Shape: [lane].
struct ChildTile {
  PatientTile patient;
  Lanes<double> limit_score;         // z1: standard normal score of the motor limit
  Lanes<double> limit;               // L_i [points]
  Lanes<double> rate;                // k_i [1/year]
  Lanes<double> disturbance;         // w_i(0) [points]
  Lanes<double> crosswalk_residual;  // [GMFM-66 points]: added before the crosswalk to GMFM-88
  Lanes<double> baseline_motor;      // f_i(a0): latent, without disturbance [points]
  Lanes<double> baseline_gmfm66;     // observed
  Lanes<double> baseline_gmfm88;     // observed

  void copy_lane(const ChildTile& from, int from_lane, int to_lane);
};

/// Draws growth and the observed baseline of the candidates whose covariates stand in `tile.patient`.
/// Draws per lane, at occasion = attempt: growth (two normals), screening_measurement (three normals: disturbance at
/// baseline, GMFM-66 error, GMFM-88 error), crosswalk (one normal).
void draw_growth(std::uint64_t seed, std::uint32_t replicate, const DevelopmentParameters&, ChildTile&);

/// Latent motor score without cells, f_i(a0 + t/12) [points], at `months` after baseline.
void motor_curve(const DevelopmentParameters&, const ChildTile&, double months, double* out);

/// Expected change since baseline of a child of that level and age [points].
void expected_change(const DevelopmentParameters&, const ChildTile&, double months, double* out);

/// The stationary Ornstein-Uhlenbeck disturbance at each visit [points], shape [visit][lane]; one normal per visit and
/// lane from disturbance, at occasion = scheduled day.
void draw_disturbances(std::uint64_t seed, std::uint32_t replicate, const DevelopmentParameters&, const ChildTile&,
                       std::span<const Visit>, std::vector<Lanes<double>>& out);

/// GMFM-88 [points] of a latent GMFM-66, by the crosswalk logit(G66) = intercept + slope logit(G88), without residual.
void crosswalk_to_gmfm88(const DevelopmentParameters&, int lanes, const double* gmfm66, double* out);

/// Enrols one child per lane: candidates 0, 1, 2, ... of each patient id until one meets the eligibility. The attempt
/// is part of every baseline address, so that a patient is the same in whatever block, tile or study of this
/// population. Throws NumericalFailure when an id finds no eligible child in 65,535 attempts.
void enrol(std::uint64_t seed, std::uint32_t replicate, const Population&, const PatientParameters&,
           const DevelopmentParameters&, std::span<const std::uint64_t> patients, ChildTile&);

/// Draws the first candidate of each id, eligible or not: what a trial screens.
void screen(std::uint64_t seed, std::uint32_t replicate, const Population&, const PatientParameters&,
            const DevelopmentParameters&, std::span<const std::uint64_t> patients, ChildTile&);

/// Half-open like every interval, except that one which ends at the top of the scale holds it: children are observed
/// there.
bool score_inside(const Interval&, double score);

/// True if the child in this lane meets the eligibility, scores included.
bool eligible(const Eligibility&, const ChildTile&, int lane);

}  // namespace vcohort
