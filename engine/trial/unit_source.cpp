#include "engine/trial/unit_source.hpp"

#include <algorithm>
#include <limits>

#include "engine/numeric/require.hpp"
#include "engine/trial/data_source.hpp"

namespace vcohort {

UnitModel::UnitModel(const Study& study, const Protocol& protocol) : model_(*study.data_model), protocol_(protocol) {
  require(protocol.by_visit() && !protocol.has_baseline.front(), "units are seen at visits, and have no baseline");
  require(protocol.arms() == 2 || protocol.design.design->kind == UnitDesign::Kind::cluster, "two arms take turns");
  for (const Arm& arm : protocol.design.arms) arms_.push_back(arm.strategy);
}

/// What both kinds of units have in common: nobody is screened, and nothing happens but the outcome.
class UnitSource : public TrialSource {
 public:
  UnitSource(const DataModel& model, const Protocol& protocol) : model_of_units_(model), protocol_(protocol) {}

  void begin(std::uint32_t replicate, std::uint32_t parameter_draw) override {
    turn_to(replicate, parameter_draw, protocol_.uncertain_parameters);
  }
  void begin_with_point_values(std::uint32_t replicate) override { turn_to(replicate, replicate, false); }

  void enrol(std::uint64_t first, std::int64_t units, Participants& out) override {
    enrol_everybody(first, units, out);
    prepare(out.patient);
    out.baseline.assign(1, std::vector<double>(out.patient.size(), std::numeric_limits<double>::quiet_NaN()));
  }

  void evaluate(int arm, const Interruption&, bool, ArmOutcomes& out) override {
    allocated_.assign(units_, arm);
    observe(allocated_, out.values);
  }

  double category_of(double) const override { throw InternalError("a data model has no open label"); }
  void time_events(int, ArmOutcomes&) override { throw InternalError("units have no times to events"); }
  void count_events(int, const double*, double*) override { throw InternalError("units have no counts"); }
  void first_adverse_event(int, double*) override { throw InternalError("a data model has no adverse events"); }
  void count_adverse_events(int, std::optional<EventType>, double*) override {
    throw InternalError("a data model has no adverse events");
  }
  std::vector<double> infusion_months(int) const override { return {}; }
  double effect_shift(std::size_t, int arm) const override { return shifts_[static_cast<std::size_t>(arm)]; }

 protected:
  virtual void prepare(std::span<const std::uint64_t> units) = 0;

  std::uint32_t replicate() const { return replicate_; }
  std::uint64_t seed() const { return protocol_.seed; }
  std::span<const double> shifts() const { return shifts_; }
  const Protocol& protocol() const { return protocol_; }
  void number_units(std::size_t units) { units_ = units; }

 private:
  void turn_to(std::uint32_t replicate, std::uint32_t parameter_draw, bool uncertain) {
    replicate_ = replicate;
    shifts_ = effect_shifts(model_of_units_, protocol_, parameter_draw, uncertain);
    shifts_.resize(protocol_.arms());
  }

  const DataModel& model_of_units_;
  const Protocol& protocol_;
  std::uint32_t replicate_ = 0;
  std::size_t units_ = 0;
  std::vector<double> shifts_;  // [arm]
  std::vector<int> allocated_;
};

/// Two visits, each at the end of a period; what is left of the first arm is added at the second.
class CrossoverSource final : public UnitSource {
 public:
  explicit CrossoverSource(const UnitModel& model)
      : UnitSource(model.model_, model.protocol_), model_(model), outcomes_(model.model_) {}

  void observe(std::span<const int> first, std::vector<std::vector<double>>& values) override {
    constexpr std::size_t periods = 2;
    values.resize(periods);
    under_.assign(first.begin(), first.end());
    for (std::size_t period = 0; period < periods; ++period) {
      values[period].resize(first.size());
      outcomes_.outcome_by_arm(model_.arms_, shifts(), period, under_, values[period].data());
      for (int& arm : under_) arm = 1 - arm;
    }
    if (model_.model_.kind == OutcomeKind::score)
      for (std::size_t i = 0; i < first.size(); ++i) values[1][i] += carry_over(first[i]);
    protocol().record(values);
  }

 private:
  void prepare(std::span<const std::uint64_t> patients) override {
    outcomes_.prepare(seed(), replicate(), patients);
    number_units(patients.size());
  }
  double carry_over(int arm) const {
    return model_.model_.arms[static_cast<std::size_t>(model_.arms_[static_cast<std::size_t>(arm)])].carry_over;
  }

  const UnitModel& model_;
  DataOutcomes outcomes_;
  std::vector<int> under_;
};

/// Clusters under one arm, or of a stepped wedge under the reference until the period of their group.
class ClusterSource final : public UnitSource {
 public:
  explicit ClusterSource(const UnitModel& model)
      : UnitSource(model.model_, model.protocol_),
        outcomes_(model.model_, *model.protocol_.design.design, model.arms_),
        steps_(model.protocol_.design.design->kind == UnitDesign::Kind::stepped_wedge) {}

  void observe(std::span<const int> allocated, std::vector<std::vector<double>>& values) override {
    const std::size_t visits = protocol().visits_months.size(), members = static_cast<std::size_t>(outcomes_.largest());
    values.resize(visits * members);
    under_.assign(allocated.begin(), allocated.end());
    for (std::size_t visit = 0; visit < visits; ++visit) {
      if (steps_)
        for (std::size_t i = 0; i < under_.size(); ++i) under_[i] = visit > static_cast<std::size_t>(allocated[i]);
      outcomes_.outcome(visit, under_, shifts(), std::span(values).subspan(visit * members, members));
    }
    protocol().record(values);
  }

 private:
  void prepare(std::span<const std::uint64_t> clusters) override {
    outcomes_.prepare(seed(), replicate(), clusters);
    number_units(clusters.size());
  }

  ClusterOutcomes outcomes_;
  bool steps_;
  std::vector<int> under_;
};

std::unique_ptr<TrialSource> UnitModel::source() const {
  if (protocol_.design.design->kind == UnitDesign::Kind::crossover) return std::make_unique<CrossoverSource>(*this);
  return std::make_unique<ClusterSource>(*this);
}

}  // namespace vcohort
