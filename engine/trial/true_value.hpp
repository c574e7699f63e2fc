#pragma once
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/trial/simulator.hpp"

namespace vcohort {

/// What an analysis should find, with the Monte Carlo standard error of that number (0 in closed form). NaN where
/// unknown.
struct TrueValue {
  double value = std::numeric_limits<double>::quiet_NaN();
  double mcse = std::numeric_limits<double>::quiet_NaN();
};

/// The true value of every analysis and contrast: what the same estimator tends to under the complete data of the
/// estimand, by the same intercurrent strategies and without drop-out. Exactly 0 where all potential outcomes are
/// identical.
///
///   closed form  data models without intercurrent events, where there is one
///   twins        differences of means and of risks: the mean over patients of what each would have under the arm minus
///                what the same patient would have under the reference, or of a single arm the fixed value
///   limit        other scales: the analysis itself on a trial in which every twin is once in each arm; its MCSE comes
///                from the spread of the same estimate over 32 parts of that trial
///
/// With fixed parameters the twins are 262,144 eligible children (limit: 16,384; win ratio: 2,048) of a replicate that
/// no trial uses, in batches of 512 in one fixed order: the same bits for any number of threads. Where their MCSE would
/// exceed a tenth of that of the bias, after the standard error that the analysis states in replicate 0, there are
/// more: up to 256 times as many, of a limit four times. With uncertain parameters each draw has its own truth: twins
/// of the same replicate, with candidates that no trial reaches, 512 of them or twice the trial if that is more, of a
/// single arm 32 times the trial.
class TrueValues {
 public:
  explicit TrueValues(const PreparedTrial& trial) : trial_(trial) {}

  /// [analysis * contrasts + contrast]; for uncertain parameters those of the replicate that `simulator` has simulated
  /// last.
  void of_replicate(std::uint32_t replicate, TrialSimulator&, std::vector<TrueValue>& out) const;

  /// With fixed parameters; computed when first asked for. Thread safe.
  const std::vector<TrueValue>& fixed() const;

  /// "marginal" over patients, "conditional" on strata, "pseudo-true" where the model of the analysis
  /// does not hold and its limit depends on the design (a hazard ratio without proportional hazards: on the
  /// administrative censoring); where no true value is `known`, "missing: " and why.
  std::string kind(std::size_t analysis, std::size_t contrast, bool known) const;

  static constexpr std::int64_t twins = 262144;
  static constexpr std::int64_t batch = 512;
  static constexpr std::uint64_t first_twin_of_draw = std::uint64_t{1} << 40;

 private:
  void compute() const;
  double wanted_mcse(std::size_t analysis, TrialSimulator&) const;
  bool survival_limit(std::size_t analysis, std::size_t contrast, TrueValue& out) const;
  std::optional<double> limit_of_weights(std::size_t analysis, const Arm& arm, double share) const;
  bool closed_form(std::size_t analysis, std::size_t contrast, const TrialSource&, TrueValue& out) const;
  bool is_of_the_reference(const AnalysisPlan&) const;
  bool is_everywhere_same(const AnalysisPlan&) const;
  bool is_of_everybody(const AnalysisPlan&) const;
  bool by_twins(std::size_t analysis) const;
  bool has_limit(std::size_t analysis) const;
  std::string kind_of_limit(const AnalysisPlan&, bool known) const;
  void twins_of(std::uint32_t replicate, std::uint64_t first, std::int64_t patients, TrialSource&, IntercurrentEvents&,
                std::vector<TrueValue>& out) const;
  void limit_of(std::size_t analysis, double more, TrialSource&, IntercurrentEvents&,
                std::vector<TrueValue>& out) const;
  bool needs_twins(const std::vector<TrueValue>& out) const;

  const PreparedTrial& trial_;
  mutable std::once_flag computed_;
  mutable std::vector<TrueValue> fixed_;
};

}  // namespace vcohort
