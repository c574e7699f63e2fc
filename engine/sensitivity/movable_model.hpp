#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/evidence/values.hpp"
#include "engine/policy/stage.hpp"

namespace vcohort {

/// A simulated number and its Monte Carlo standard error.
struct Estimate {
  double value = 0;
  double mcse = 0;
};

/// What the strategies cost and achieve at one point of the parameters, or by how much more than the reference, summed
/// over batches of patients. Batches are there for the error: patients are independent of each other, and the same ones
/// at every point.
class Evaluation {
 public:
  Evaluation(std::size_t strategies, std::int64_t patients);

  /// Batch b holds the patients from first_patient(b) to before first_patient(b + 1).
  static constexpr std::size_t batches = 8;
  std::int64_t first_patient(std::size_t batch) const;

  /// Sums over the patients of a batch, to be filled.
  double& cost(std::size_t batch, std::size_t strategy) { return cost_[batch * strategies_ + strategy]; }
  double& effect(std::size_t batch, std::size_t strategy) { return effect_[batch * strategies_ + strategy]; }
  double cost(std::size_t batch, std::size_t strategy) const { return cost_[batch * strategies_ + strategy]; }
  double effect(std::size_t batch, std::size_t strategy) const { return effect_[batch * strategies_ + strategy]; }

  std::size_t strategies() const { return strategies_; }
  std::int64_t patients() const { return patients_; }

  /// Net monetary benefit k * effect - cost per patient.
  double nmb(double k, std::size_t strategy) const;

  /// Net monetary benefit of a strategy over a rival.
  Estimate increment(double k, std::size_t strategy, std::size_t rival) const;

  /// How much larger that increment is here than at another point, patient by patient.
  Estimate change_of_increment(const Evaluation& other, double k, std::size_t strategy, std::size_t rival) const;

  /// The strategy with the highest net benefit; of equals (up to rounding) the reference, then the first.
  std::size_t best(double k, std::size_t reference) const;

  /// Likewise among some strategies; of equals the one that is named first.
  std::size_t best_among(double k, std::span<const std::size_t> strategies) const;

 private:
  template <class Total>
  Estimate mean(const Total& total_of_batch) const;

  std::size_t strategies_;
  std::int64_t patients_;
  std::vector<double> cost_, effect_;  // [batch][strategy]
};

/// A model whose parameters can be moved: the same patients, with the same random numbers, at every point, so that two
/// points differ by their parameters alone. Patients are those of replicate 0.
struct MovableModel {
  std::string scenario;
  std::vector<std::string> strategies;
  std::size_t reference = 0;               // increments are taken over it
  std::vector<double> willingness_to_pay;  // money per unit of effect
  std::string currency;                    // units of money
  std::int64_t patients = 0;
  std::function<Evaluation(const ParameterValues&)> evaluate;  // pure; called from many threads at once
};

/// Evaluations of many points in a stage's region of the tally.
class PointTally {
 public:
  PointTally(std::size_t points, std::size_t strategies, std::int64_t patients)
      : points_(points), strategies_(strategies), patients_(patients) {}

  std::size_t sums() const { return points_ * sums_per_point(); }
  void add(std::size_t point, const Evaluation&, TallyRegion) const;
  Evaluation read(std::size_t point, TallyView) const;

 private:
  std::size_t sums_per_point() const { return 2 * Evaluation::batches * strategies_; }

  std::size_t points_, strategies_;
  std::int64_t patients_;
};

}  // namespace vcohort
