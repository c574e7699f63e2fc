#include "engine/trial/data_source.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "engine/numeric/require.hpp"
#include "engine/random/tile_draws.hpp"
#include "engine/study/size.hpp"
#include "engine/trial/disease_source.hpp"
#include "engine/trial/unit_source.hpp"

namespace vcohort {

DataSourceModel::DataSourceModel(const Study& study, const Protocol& protocol)
    : model_(*study.data_model), outcomes_(model_), protocol_(protocol), accrual_(protocol.design.accrual) {
  for (const Arm& arm : protocol.design.arms) require(!arm.crossover_to, "no arm of a data model crosses over");
  if (!protocol.has_baseline) return;
  for (const DataModel::DataArm& arm : model_.arms)
    require(model_.kind != OutcomeKind::score || (arm.mean.front() == model_.arms.front().mean.front() &&
                                                  arm.sd.front() == model_.arms.front().sd.front()),
            "the arms of a data model have one baseline");
}

std::vector<double> effect_shifts(const DataModel& model, const Protocol& protocol, std::uint32_t parameter_draw,
                                  bool uncertain) {
  std::vector<double> shifts(uncertain ? protocol.arms() : 0, 0.0);
  for (std::size_t a = 0; a < shifts.size(); ++a) {
    const int strategy = protocol.design.arms[a].strategy;
    const double sd = model.arms[static_cast<std::size_t>(strategy)].effect_sd;
    if (sd <= 0) continue;
    const auto index = static_cast<std::uint16_t>(strategy);
    shifts[a] =
        sd * normals_at(protocol.seed, {parameter_draw, Address::whole_replicate, Purpose::data_model, index, 0})[0];
  }
  return shifts;
}

void enrol_everybody(std::uint64_t first, std::int64_t patients, Participants& out) {
  if (out.patient.size() != static_cast<std::size_t>(patients) || out.patient.front() != first) {
    out.patient.resize(static_cast<std::size_t>(patients));
    std::iota(out.patient.begin(), out.patient.end(), first);
  }
  out.next_candidate = first + static_cast<std::uint64_t>(patients);
}

/// Interrupted treatment: from then on the outcomes of the reference arm, because a data model knows of nothing that
/// lasts.
class DataSource final : public TrialSource {
 public:
  explicit DataSource(const DataSourceModel& model) : model_(model), outcomes_(model.outcomes_) {}

  void begin(std::uint32_t replicate, std::uint32_t parameter_draw) override {
    begin_replicate(replicate, parameter_draw, model_.protocol_.uncertain_parameters);
  }
  void begin_with_point_values(std::uint32_t replicate) override { begin_replicate(replicate, replicate, false); }

  void enrol(std::uint64_t first, std::int64_t patients, Participants& out) override {
    enrol_everybody(first, patients, out);
    randomised_months_.clear();
    // Patients of no trial come when all sites recruit.
    if (first == 0 && replicate_ < most_replicates && outcomes_.covariates().sites_open())
      model_.accrual_.randomised_at(model_.protocol_.seed, replicate_, out.patient, randomised_months_);
    outcomes_.prepare(model_.protocol_.seed, replicate_, out.patient, randomised_months_);
    out.baseline.resize(1);
    out.baseline[0].resize(out.patient.size());
    if (model_.protocol_.has_baseline) {
      outcomes_.outcome(reference(), 0, 0.0, out.baseline[0].data());
      model_.protocol_.record(out.baseline);
    } else {
      std::fill(out.baseline[0].begin(), out.baseline[0].end(), std::numeric_limits<double>::quiet_NaN());
    }
    if (outcomes_.covariates().any()) record_covariates(out);
  }

  void evaluate(int arm, const Interruption& interruption, bool latent, ArmOutcomes& out) override {
    const Protocol& protocol = model_.protocol_;
    const auto n = static_cast<std::size_t>(outcomes_.patients());
    if (!protocol.by_visit()) {
      out.time.resize(n);
      if (outcomes_.model().kind == OutcomeKind::survival) outcomes_.time_to_event(strategy(arm), out.time.data());
      return;
    }
    const std::size_t after_baseline = protocol.has_baseline ? 1 : 0;
    out.values.resize(protocol.visits_months.size());
    for (std::size_t v = 0; v < out.values.size(); ++v) {
      out.values[v].resize(n);
      outcomes_.outcome(strategy(arm), v + after_baseline, effect_shift(arm), out.values[v].data());
      if (!interruption.stopped_months) continue;
      without_treatment_.resize(n);
      outcomes_.outcome(reference(), v + after_baseline, effect_shift(0), without_treatment_.data());
      for (std::size_t i = 0; i < n; ++i)
        if (interruption.stopped_months[i] < protocol.visits_months[v]) out.values[v][i] = without_treatment_[i];
    }
    protocol.record(out.values);
    if (latent) out.latent = out.values;
  }

  void observe(std::span<const int> arm, std::vector<std::vector<double>>& values) override {
    const Protocol& protocol = model_.protocol_;
    const std::size_t after_baseline = protocol.has_baseline ? 1 : 0;
    values.resize(protocol.visits_months.size());
    strategies_.resize(protocol.arms());
    shifts_.resize(protocol.arms());
    for (std::size_t a = 0; a < strategies_.size(); ++a) {
      strategies_[a] = strategy(static_cast<int>(a));
      shifts_[a] = effect_shift(static_cast<int>(a));
    }
    for (std::size_t v = 0; v < values.size(); ++v) {
      values[v].resize(arm.size());
      outcomes_.outcome_by_arm(strategies_, shifts_, v + after_baseline, arm, values[v].data());
    }
    protocol.record(values);
  }

  double category_of(double) const override { throw InternalError("a data model has no open label"); }

  void count_events(int arm, const double* exposure, double* out) override {
    outcomes_.counts(strategy(arm), exposure, out);
  }

  void first_adverse_event(int, double*) override { throw InternalError("a data model has no adverse events"); }

  void count_adverse_events(int, std::optional<EventType>, double*) override {
    throw InternalError("a data model has no adverse events");
  }

  std::vector<double> infusion_months(int) const override { return {}; }

  double effect_shift(int arm) const override { return shift_.empty() ? 0.0 : shift_[static_cast<std::size_t>(arm)]; }

 private:
  int strategy(int arm) const { return model_.protocol_.design.arms[static_cast<std::size_t>(arm)].strategy; }
  int reference() const { return strategy(0); }

  /// In the order in which the protocol has them.
  void record_covariates(Participants& out) const {
    const std::vector<DataCovariate>& covariates = model_.model_.covariates;
    out.numeric.resize(model_.protocol_.numeric.size());
    out.factor.resize(model_.protocol_.factors.size());
    std::size_t number = 0, factor = 0;
    for (std::size_t c = 0; c < covariates.size(); ++c) {
      if (covariates[c].is_normal()) outcomes_.covariates().record(c, out.numeric[number++]);
      if (covariates[c].factor_levels() > 1) outcomes_.covariates().record_levels(c, out.factor[factor++]);
    }
  }

  void begin_replicate(std::uint32_t replicate, std::uint32_t parameter_draw, bool uncertain) {
    replicate_ = replicate;
    shift_ = effect_shifts(model_.model_, model_.protocol_, parameter_draw, uncertain);
  }

  const DataSourceModel& model_;
  DataOutcomes outcomes_;
  std::uint32_t replicate_ = 0;
  std::vector<double> shift_, without_treatment_, randomised_months_;
  std::vector<int> strategies_;  // [arm], as shifts_
  std::vector<double> shifts_;
};

std::unique_ptr<TrialSource> DataSourceModel::source() const {
  return std::make_unique<DataSource>(*this);
}

std::unique_ptr<TrialModel> TrialModel::make(const Study& study, const Evidence& evidence, const Protocol& protocol) {
  if (study.data_model && protocol.design.design) return std::make_unique<UnitModel>(study, protocol);
  if (study.data_model) return std::make_unique<DataSourceModel>(study, protocol);
  return std::make_unique<DiseaseModel>(study, evidence, protocol);
}

}  // namespace vcohort
