#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/development/development.hpp"
#include "engine/evidence/values.hpp"
#include "engine/patient/patient.hpp"
#include "engine/study/endpoints.hpp"
#include "engine/study/size.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// Exposure and effect; the symbols are those of docs/model.md, section 2.
struct TherapyParameters {
  double emax = 0;  // points; already zero where the stance or the draw says that there is no effect
  double ec50 = 1, hill = 1;
  double idiosyncratic_sd = 0;  // s_H [points]
  double concavity = 1;         // alpha
  double repeat = 1;            // lambda, per earlier infusion of allogeneic cells
  std::array<std::array<std::optional<double>, routes>, cell_types> delivery{};        // F
  std::array<std::array<std::optional<double>, routes>, cell_types> reference_dose{};  // Dref
  double age_floor = 1, age_midpoint = 0, age_slope = 1, reference_age = 0, adult_age = 0, adult_factor = 1;
  std::array<std::array<double, gmfcs_levels>, cell_types> severity{};
  double recent_injury = 0, recent_injury_months = 1;
  double genotype_ratio = 1;
  std::array<double, cell_types> inflammation{};  // log ratio per SD
  std::array<std::array<double, cell_types>, injury_types> injury{};
  double responder_share = 1, responder_cv = 0;
  double suppressed_factor = 1;                             // immune_i of an immune-suppressed child
  double immunosuppression_factor = 1, steroid_factor = 1;  // options of a regimen
  std::array<double, domains> onset_months{}, waning_months{};
  std::array<double, domains> ratio{};  // r_d; effects in reference SDs are r_d E / sigma_ref
  double sigma_ref = 1;

  explicit TherapyParameters(const ParameterValues&);

  /// False where efficacy terms are exactly zero and are skipped: the null stance, or a draw without any effect.
  bool any_effect() const { return emax != 0 || idiosyncratic_sd != 0; }

  /// Multiplier of the effect by age at the first infusion, one at the reference age.
  double age_modifier(double age_years) const;
  void age_modifier(std::span<const double> age_years, std::span<double> out) const;
};

/// What of a child decides its exposure, once the schedule is known: whether it is immune-suppressed, and after how
/// many infusions its regimen was changed for an adverse event. A small integer, so that saturation is looked up, not
/// computed.
struct ExposureCategories {
  int unchanged = 0;  // infusions of the regimen: the count of one that was never changed
  bool by_tolerance = false;

  int size() const { return by_tolerance ? 2 * (unchanged + 1) : 2; }
  /// A count beyond the regimen's own, as another option of a choice may have, means that nothing was changed.
  int index(bool immune_suppressed, int infusions_before_change) const {
    const int before = infusions_before_change < unchanged ? infusions_before_change : unchanged;
    return by_tolerance ? 2 * before + immune_suppressed : immune_suppressed;
  }
};

/// Saturated exposure of one category: the two factors of E = amplitude * hill + idiosyncratic * linear.
struct Saturation {
  double hill = 0;
  double linear = 0;
};

/// A strategy made ready: schedule, doses, and the saturated exposure of every domain, visit and category.
class TherapyPlan {
 public:
  /// `first_domains`: saturation is made ready for the first so many domains only; one is the motor score alone.
  TherapyPlan(const Strategy&, const TherapyParameters&, std::span<const Visit>, int first_domains = domains);

  const Strategy& strategy() const { return strategy_; }
  bool effective() const { return effective_; }  // false: the latent outcome is exactly the one without cells
  const ExposureCategories& categories() const { return categories_; }
  std::span<const double> infusion_months() const { return months_; }
  double relative_dose() const { return relative_dose_; }  // dose / Dref of one infusion

  /// Shape [category] for one domain and visit.
  std::span<const Saturation> saturation(Domain domain, std::size_t visit) const {
    const std::size_t row = static_cast<std::size_t>(domain) * visits_ + visit;
    return {saturation_.data() + row * categories_.size(), static_cast<std::size_t>(categories_.size())};
  }

  /// Of a choice: the two plans that it is made between. Empty for every other strategy.
  std::span<const TherapyPlan> options() const { return options_; }

  /// Effective exposure of one infusion given at full dose to a child whose immune factor is one: X_j.
  double exposure_of_infusion(int number) const;

 private:
  std::vector<double> progress(std::span<const Visit>) const;
  void saturate(std::span<const Visit>);

  Strategy strategy_;
  TherapyParameters parameters_;
  std::size_t visits_;
  int first_domains_;
  bool effective_ = false;
  std::vector<double> months_;
  double relative_dose_ = 0;
  ExposureCategories categories_;
  std::vector<Saturation> saturation_;
  std::vector<TherapyPlan> options_;
};

/// How strongly each child responds. Shape [lane].
struct Response {
  Lanes<double> responder;      // Z_i: 0 for a non-responder, else log-normal; mean one over children
  Lanes<double> idiosyncratic;  // H_i [points], mean zero
};

/// Draws, per lane: responder (one normal in block 0, one uniform in block 1) and idiosyncratic (one normal).
void draw_response(std::uint64_t seed, std::uint32_t replicate, const TherapyParameters&, const PatientTile&,
                   Response&);

/// Emax M_i Z_i of a cell type first given `start_months` after baseline [points]: what saturation multiplies.
void amplitude(const TherapyParameters&, const PatientTile&, Cell, const Response&, double* out,
               double start_months = 0);

/// E_i = amplitude_i hill[category_i] + idiosyncratic_i linear[category_i] [points].
void effect_in_points(int lanes, const double* amplitude, const double* idiosyncratic, const std::uint16_t* category,
                      std::span<const Saturation>, double* out);

/// The score after an effect, kept inside the scale: f + (100 - f)(1 - exp(-E / (100 - f))) for a gain, f - f (1 -
/// exp(E / f)) for a loss. Exactly f where E is zero.
void bounded(int lanes, const double* motor, const double* effect, double* out);

}  // namespace vcohort
