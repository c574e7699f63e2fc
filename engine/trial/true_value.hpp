#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "engine/trial/simulator.hpp"

namespace vcohort {

/// What an analysis should find, with the Monte Carlo standard error of that number (0 in closed form). NaN where
/// unknown.
struct TrueValue {
  double value = std::numeric_limits<double>::quiet_NaN();
  double mcse = std::numeric_limits<double>::quiet_NaN();
};

/// The estimand's true value for every analysis and contrast, by the same intercurrent strategies and without drop-out.
///
///   closed form  data models without intercurrent events, where there is one
///   twins        differences of means and of risks: the mean over patients of what each would have under the arm minus
///   what the
///                same patient would have under the reference
///   limit        other scales: the analysis itself on a trial in which every twin is once in each arm; its MCSE is the
///   standard
///                error of that trial, which ignores that twins are alike and so is too large
///
/// With fixed parameters the twins are 262,144 eligible children (limit: 16,384; win ratio: 2,048) of a replicate that
/// no trial uses, in batches of 512 in one fixed order: the same bits for any number of threads. With uncertain
/// parameters each draw has its own truth: twins of the same replicate, with candidates that no trial reaches, 512 of
/// them or twice the trial if that is more.
class TrueValues {
 public:
  /// Computes the fixed ones.
  explicit TrueValues(const PreparedTrial&);

  std::size_t size() const { return fixed_.size(); }

  /// [analysis * contrasts + contrast]; for uncertain parameters those of the replicate that `simulator` has simulated
  /// last.
  void of_replicate(std::uint32_t replicate, TrialSimulator&, std::vector<TrueValue>& out) const;

  const std::vector<TrueValue>& fixed() const { return fixed_; }

  static constexpr std::int64_t twins = 262144;
  static constexpr std::int64_t batch = 512;
  static constexpr std::uint64_t first_twin_of_draw = std::uint64_t{1} << 40;

 private:
  bool closed_form(std::size_t analysis, std::size_t contrast, const TrialSource&, TrueValue& out) const;
  bool by_twins(std::size_t analysis) const;
  void twins_of(std::uint32_t replicate, std::uint64_t first, std::int64_t patients, TrialSource&, IntercurrentEvents&,
                std::vector<TrueValue>& out) const;
  void limit_of(std::size_t analysis, TrialSource&, IntercurrentEvents&, std::vector<TrueValue>& out) const;
  bool needs_twins(const std::vector<TrueValue>& out) const;

  const PreparedTrial& trial_;
  std::vector<TrueValue> fixed_;
};

}  // namespace vcohort
