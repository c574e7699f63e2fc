#pragma once
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "engine/study/study.hpp"

/// Which analysis fits which outcome, and what each of them can be told.
namespace vcohort {

/// "a score", "yes or no", "ordered categories", "times to an event", "counts of events".
std::string_view name_of(OutcomeKind);

/// A small set of kinds.
class OutcomeKinds {
 public:
  constexpr OutcomeKinds(std::initializer_list<OutcomeKind> kinds) {
    for (const OutcomeKind kind : kinds) bits_ = static_cast<std::uint8_t>(bits_ | bit(kind));
  }
  constexpr bool contains(OutcomeKind kind) const { return (bits_ & bit(kind)) != 0; }

 private:
  static constexpr std::uint8_t bit(OutcomeKind kind) {
    return static_cast<std::uint8_t>(1u << static_cast<unsigned>(kind));
  }
  std::uint8_t bits_ = 0;
};

/// An analysis method, as a design may ask for it.
struct TrialMethod {
  enum class Strata : std::uint8_t { none, possible, required };

  std::string_view name;
  OutcomeKinds fits;
  bool responders = false;  // also on a score, cut at AnalysisPlan::responder_threshold
  bool adjusts = false;     // takes covariates
  Strata strata = Strata::none;
  bool change_from_baseline = false;  // may analyse the change
  bool smallest_win = false;          // on a score, takes AnalysisPlan::responder_threshold as the largest tie
  bool margin = false;                // may test a margin: non-inferiority, equivalence
  bool repeated = false;              // takes covariances, degrees of freedom and covariates by visit
  bool bayes = false;                 // takes a prior, and decides by a posterior probability
  std::span<const std::string_view> summaries;  // what it estimates; the first is the default
  std::string_view meaning;
};

/// All of them, in the order of `method_names`.
std::span<const TrialMethod> trial_methods();

/// The method of that name; null if there is none.
const TrialMethod* find_trial_method(std::string_view name);

}  // namespace vcohort
