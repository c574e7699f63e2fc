#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "engine/evidence/evidence.hpp"
#include "engine/therapy/adverse_events.hpp"
#include "engine/trial/participants.hpp"
#include "engine/trial/protocol.hpp"

namespace vcohort {

/// What interrupts the treatment of participants under one arm; null pointers: nothing. Shape [patient].
struct Interruption {
  const double* stopped_months = nullptr;    // infusions at or after it are not given
  const double* infusions_missed = nullptr;  // of those that were scheduled
};

/// Where participants and their potential outcomes come from: the disease model, or a data model. Works on one
/// replicate at a time and keeps its memory; one object per thread.
class TrialSource {
 public:
  virtual ~TrialSource() = default;

  /// Turns to the children and chances of a replicate; with uncertain parameters, to this parameter draw. The two are
  /// the same number but for trials whose noise must be independent of other simulations with the same parameters.
  virtual void begin(std::uint32_t replicate, std::uint32_t parameter_draw) = 0;

  /// Turns to a replicate with the parameters' point values whatever the study says.
  virtual void begin_with_point_values(std::uint32_t replicate) = 0;

  /// Screens candidates first, first + 1, ... until `patients` are eligible. Candidate ids are patients of addresses,
  /// so that a participant never depends on who was screened before.
  virtual void enrol(std::uint64_t first, std::int64_t patients, Participants&) = 0;

  /// Outcomes of the participants enrolled last under an arm.
  virtual void evaluate(int arm, const Interruption&, bool latent, ArmOutcomes&) = 0;

  /// Times to events of the participants enrolled last under an arm, of every endpoint that is one; `time` alone is
  /// filled in.
  virtual void time_events(int arm, ArmOutcomes&) = 0;

  /// What is observed where nothing interrupts the treatment: outcomes of each participant under the own arm alone.
  /// Shapes: arm [patient], values [slot * visits + visit][patient].
  virtual void observe(std::span<const int> arm, std::vector<std::vector<double>>& values) = 0;

  /// The category that an assessor records at a value of the latent scale of an ordinal endpoint, as `latent` has it.
  virtual double category_of(double latent) const = 0;

  /// Counts within each participant's exposure [months]; only where the outcome is a count.
  virtual void count_events(int arm, const double* exposure, double* out) = 0;

  /// Month of the first related adverse event of grade 2 or more under an arm; infinity where there is none.
  virtual void first_adverse_event(int arm, double* months) = 0;

  /// Related adverse events of each participant under an arm until the end of follow-up, those of one type only where
  /// it is given. Infusions after a crossover are not looked at.
  virtual void count_adverse_events(int arm, std::optional<EventType>, double* counts) = 0;

  /// Infusions scheduled within follow-up under an arm, at these months.
  virtual std::vector<double> infusion_months(int arm) const = 0;

  /// Shift of an endpoint's effect in an arm in this replicate, for the closed form of the true value; zero but for
  /// data models.
  virtual double effect_shift(std::size_t slot, int arm) const = 0;
};

/// What all sources of one question share: made once, read by all threads.
class TrialModel {
 public:
  virtual ~TrialModel() = default;
  virtual std::unique_ptr<TrialSource> source() const = 0;

  /// The disease model, or the study's data model. The study, the evidence and the protocol are copied or outlive the
  /// model.
  static std::unique_ptr<TrialModel> make(const Study&, const Evidence&, const Protocol&);
};

}  // namespace vcohort
