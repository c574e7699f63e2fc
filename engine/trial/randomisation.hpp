#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "engine/study/trial_design.hpp"

namespace vcohort {

/// Who was allocated to which arm, in order of enrolment; a prefix of it is the allocation of the smaller trial.
struct Allocation {
  std::vector<int> arm;         // [patient]: place among the arms
  std::vector<double> guessed;  // [patient]: probability that the convergence strategy guesses the arm
};

/// Allocates patients to arms in order of enrolment.
///
///   simple          each arm with probability ratio / sum of ratios
///   permuted block  every block holds each arm ratio * block / sum times, in random order; a sequence per stratum
///   minimisation    Pocock and Simon (1975): the imbalance of an arm is the sum over factors of the range, among the
///   patients
///                   who share the level, of patients / ratio, as it would be after allocation; the arm of the smallest
///                   has `probability`, the others share the rest; without any preference, the ratios
///   biased coin     Efron (1971): the arm that is behind, by patients / ratio, has `probability`
///   urn             Wei (1977) over places, of which an arm has as many as its ratio: urn_start balls per place; the
///                   ball is put back with urn_add of each other place, those of the same arm included, so that the
///                   shares tend to the ratio
///
/// Minimisation and the biased coin tend to the ratio where an arm that is behind is more probable than its share.
///
/// The convergence strategy (Blackwell and Hodges 1957) guesses that the next patient goes to the arm that is behind,
/// within the stratum where there are strata, and is right by chance where arms tie.
class Randomiser {
 public:
  /// `levels[f]`: number of levels of factor f of `design.stratify`. `drawn_order`: places of the arms in the order in
  /// which they share the uniform of a draw; empty: as they stand. A block is a multiple of the sum of ratios, and the
  /// probability holds the ratio.
  Randomiser(const Randomisation& design, std::span<const Arm> arms, std::vector<int> levels,
             std::vector<int> drawn_order = {});

  /// What allocation works with; of one thread, reused.
  struct Memory {
    std::vector<double> uniform;              // [patient]
    std::vector<std::size_t> stratum, place;  // [patient]: place in the order of strata
    std::vector<std::size_t> next;            // [stratum]
    std::vector<double> in_order, left;       // [place], [arm][lane]
    Allocation drawn;                         // [place]
  };

  /// Draws one shared uniform per patient, who ascend, from Purpose::randomisation. `level[f][patient]`.
  void allocate(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> patients,
                std::span<const std::vector<int>> level, Memory&, Allocation& out) const;

  int strata() const { return strata_; }

 private:
  struct Counts;
  void allocate_in_blocks(std::span<const std::vector<int>> level, std::size_t patients, Memory&, Allocation&) const;
  void allocate_in_turn(std::span<const std::vector<int>> level, std::span<const double> uniform, Allocation&) const;
  int next_arm(double uniform, std::span<const std::vector<int>> level, std::size_t patient, Counts&) const;
  int by_weights(double uniform, std::span<const double> weights) const;
  void find_ties();
  int by_preference(double uniform, std::span<const double> penalty, std::vector<double>& weights) const;

  Randomisation design_;
  std::vector<int> drawn_order_;
  std::vector<double> ratio_, per_ratio_;         // in the drawn order; 1 / ratio
  std::vector<double> in_block_;                  // patients of each arm in a block, likewise
  std::vector<double> behind_above_, tied_from_;  // see BlockOfArms
  double sum_of_ratios_ = 0;
  std::vector<int> levels_;
  int strata_ = 1;
};

/// Whether minimisation and the biased coin reach the ratio of the arms with this probability: more than the largest
/// share; with equal shares the share itself, which is simple randomisation, does too.
bool holds_the_ratio(double probability, std::span<const Arm> arms);

/// Largest minus smallest patients / ratio over the arms, in patients of an arm with ratio one: with 1:1, |n1 - n2|.
/// `in_arm`: patients of each arm.
double imbalance(std::span<const double> in_arm, std::span<const Arm> arms);

}  // namespace vcohort
