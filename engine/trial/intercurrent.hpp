#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "engine/trial/participants.hpp"
#include "engine/trial/protocol.hpp"
#include "engine/trial/source.hpp"

namespace vcohort {

/// Intercurrent events after ICH E9(R1), the same for twins but for what the arm changes. Events:
///
///   discontinuation  exponential time with the arm's share by the end of follow-up; later infusions are not given
///   rescue           exponential time likewise; later visits gain `effect` points, within the scale; scores only
///   missed_infusion  each infusion of an arm with its share; the time is that of the first one missed
///   adverse_event    the first related event of grade 2 or more that the model draws
///
/// and what they do to the variable of the estimand:
///
///   treatment_policy    the value as it happened
///   hypothetical        the value had the event not occurred: missing in the trial, the uninterrupted twin in the
///   truth while_on_treatment  the last value before the event; the baseline where there is none composite failure: no
///   change from baseline for a score, the worst category (or no event) otherwise
///
/// Draws from Purpose::intercurrent, occasion = place of the event in the study: one uniform per patient (missed
/// infusions: one per infusion, block = infusion / 4).
class IntercurrentEvents {
 public:
  IntercurrentEvents(const Protocol&, TrialSource&);

  bool any() const { return !protocol_.design.intercurrent.empty(); }

  /// Draws for these patients; `source` has enrolled them.
  void draw(std::uint32_t replicate, std::span<const std::uint64_t> patients);

  /// Outcomes of all participants under an arm, with what interrupts them. In the trial every event acts; in the truth
  /// those under a hypothetical strategy do not happen.
  enum class Of : std::uint8_t { trial, truth };
  void evaluate(int arm, Of, bool latent, ArmOutcomes& out);

  /// Months of the events under the arm evaluated last, shape [event][patient]; infinity where one does not happen.
  using Months = std::vector<std::vector<double>>;
  const Months& months() const { return months_; }

  /// Applies the strategies to values in which events stand at `months`. `attended[patient]`, where given: number of
  /// visits before drop-out; what was lost stays missing, while an event before the loss still counts. Null: nobody is
  /// lost.
  void apply(Of, const Participants&, const Months& months, const int* attended, ArmOutcomes& out) const;

 private:
  void time_events(int arm);
  void count_missed(std::size_t event, int arm);
  double share_of(std::size_t event, int arm) const;

  const Protocol& protocol_;
  TrialSource& source_;
  std::uint32_t replicate_ = 0;
  std::vector<std::uint64_t> patients_;
  std::vector<std::vector<double>> uniform_;  // [event][patient]
  Months months_;
  std::vector<std::vector<std::vector<double>>> infusion_uniform_;  // [event][infusion][patient]
  std::vector<double> stopped_, missed_;                            // [patient]
  int infusions_ = 0;                                               // the most of any arm
};

}  // namespace vcohort
