#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "engine/data_model/covariate_draws.hpp"
#include "engine/data_model/covariate_effects.hpp"
#include "engine/data_model/event_times.hpp"
#include "engine/random/tile_draws.hpp"
#include "engine/study/trial_design.hpp"

namespace vcohort {

/// A data model made ready: outcomes drawn directly, without a model of the disease.
///
///   normal    y_v = mean_v + shift + sd_v g_v, g the patient's standard normals with the model's correlation over
///   visits binary    1 where g_v > -quantile(share_v): the patient's luck is the same in every arm, a higher share
///   only adds events ordinal   categories 1, 2, ...: the number of cumulative shares that Phi(g_v) exceeds, plus one
///   survival  the time at which the share without the event has fallen to u (event_times.hpp)
///   count     a Poisson process of rate * frailty up to the follow-up, its number by inversion; frailty gamma with
///   variance `dispersion`, so that the count of any exposure is negative binomial with this dispersion
///
/// What covariates add to this stands in covariate_effects.hpp. Binary and ordinal outcomes are then 1 or higher where
/// logit Phi(g_v) + eta exceeds a cut, g with the stated correlation.
///
/// Potential outcomes: the same patient's covariates, normals and uniforms serve every arm.
class DataOutcomes {
 public:
  /// The numbers are those that the reader of a study lets pass.
  explicit DataOutcomes(const DataModel&);

  /// Draws what all arms share. Per patient, who ascend, from Purpose::data_model: two shared normals per two visits,
  /// and one for a last visit that is left (occasion 0, block = visit / 2); survival and count: one shared uniform
  /// (occasion 0, block 0), and for counts the frailty of each arm. Before them the covariates (covariate_draws.hpp).
  void prepare(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> patients,
               std::span<const double> randomised_months = {});

  /// In place of prepare(), for normals that are drawn elsewhere: begins with these patients, gives the column of a
  /// visit's normals, of a time to an event its only one, to fill in, and then makes times of these: Phi(-normal) is
  /// the share without the event, so that higher ones come later.
  void begin(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> patients);
  std::vector<double>& latent(std::size_t visit) { return latent_.front()[visit]; }
  void time_by_normal();

  int patients() const { return static_cast<int>(patients_.size()); }

  /// Outcome of an arm at a visit, shape [patient]; normal, binary and ordinal. `shift` is added to normal means of
  /// every visit but the baseline.
  void outcome(int arm, std::size_t visit, double shift, double* out) const;

  /// The same, of each patient under an arm of the patient's own: arms[code[patient]] of the model, with its shift.
  void outcome_by_arm(std::span<const int> arms, std::span<const double> shifts, std::size_t visit,
                      std::span<const int> code, double* out);

  /// Months to the event without censoring, shape [patient]; infinite for the cured, and where the hazard ends.
  void time_to_event(int arm, double* out) const;

  /// Events of an arm within each patient's exposure [months], which is at most the follow-up; the counts of all
  /// exposures belong to one process.
  void counts(int arm, const double* exposure, double* out);

  const DataModel& model() const { return model_; }

  /// Of the patients that were prepared last.
  const CovariateDraws& covariates() const { return covariates_; }

 private:
  using Columns = std::vector<std::vector<double>>;

  double mean_of(int arm, std::size_t visit, double shift) const;
  void correlate(const Columns& factor, std::size_t visit, Columns& latent);
  void draw_visits(TileAddress);
  void add_covariates();
  const std::vector<double>& latent_of(int arm, std::size_t visit) const;
  const CovariateEffect* effect_of(int arm) const;
  void scores_by_law(std::span<const int> arms, std::size_t visit, std::span<const int> code, double* out);

  DataModel model_;
  CovariateDraws covariates_;
  CovariateEffects effects_;
  std::vector<std::vector<double>> factor_;            // Cholesky, by visit
  std::vector<std::vector<std::vector<double>>> cut_;  // [arm][visit]: latent values above which the category rises
  std::uint64_t seed_ = 0;
  std::uint32_t replicate_ = 0;
  std::vector<std::uint64_t> patients_;
  Columns raw_;                              // [visit][patient], independent
  std::vector<Columns> latent_;              // [law of covariates][visit][patient], correlated
  Columns predictor_;                        // [law of covariates][patient]: eta of survival and counts
  std::vector<double> uniform_;              // [patient]
  std::vector<double> log_uniform_;          // [patient]; of times to an event
  std::vector<std::vector<double>> events_;  // [arm][patient], up to the follow-up; empty until they are asked for
  std::vector<double*> drawn_;               // [visit]: where its normals stand
  std::vector<double> means_, sds_, one_;    // [arm], [arm], [patient]: working memory
};

}  // namespace vcohort
