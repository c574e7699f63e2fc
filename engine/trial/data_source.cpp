#include "engine/trial/data_source.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "engine/numeric/require.hpp"
#include "engine/random/tile_draws.hpp"
#include "engine/study/data_endpoints.hpp"
#include "engine/study/size.hpp"
#include "engine/trial/disease_source.hpp"
#include "engine/trial/unit_source.hpp"

namespace vcohort {

DataSourceModel::DataSourceModel(const Study& study, const Protocol& protocol)
    : model_(*study.data_model), outcomes_(model_), protocol_(protocol), accrual_(protocol.design.accrual) {
  for (const Arm& arm : protocol.design.arms) require(!arm.crossover_to, "no arm of a data model crosses over");
  for (const DataModel& endpoint : endpoints_of(model_)) {
    if (!has_baseline(endpoint) || endpoint.kind != OutcomeKind::score) continue;
    for (const DataModel::DataArm& arm : endpoint.arms)
      require(
          arm.mean.front() == endpoint.arms.front().mean.front() && arm.sd.front() == endpoint.arms.front().sd.front(),
          "the arms of a data model have one baseline");
  }
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
    if (first == 0 && replicate_ < most_replicates && outcomes_.of(0).covariates().sites_open())
      model_.accrual_.randomised_at(model_.protocol_.seed, replicate_, out.patient, randomised_months_);
    outcomes_.prepare(model_.protocol_.seed, replicate_, out.patient, randomised_months_);
    out.baseline.resize(slots());
    for (std::size_t slot = 0; slot < slots(); ++slot) {
      out.baseline[slot].resize(out.patient.size());
      if (model_.protocol_.has_baseline[slot])
        outcomes_.of(slot).outcome(reference(), 0, 0.0, out.baseline[slot].data());
      else
        std::fill(out.baseline[slot].begin(), out.baseline[slot].end(), missing);
    }
    model_.protocol_.record(out.baseline);
    if (outcomes_.of(0).covariates().any()) record_covariates(out);
  }

  void evaluate(int arm, const Interruption& interruption, bool latent, ArmOutcomes& out) override {
    const Protocol& protocol = model_.protocol_;
    const auto n = static_cast<std::size_t>(outcomes_.patients());
    time_events(arm, out);
    out.values.resize(slots() * protocol.visits_months.size());
    for (std::size_t slot = 0; slot < slots(); ++slot) {
      for_visits(slot, out.values, [&](std::size_t v, std::size_t visit, std::vector<double>& values) {
        outcomes_.of(slot).outcome(strategy(arm), visit, effect_shift(slot, arm), values.data());
        if (!interruption.stopped_months) return;
        without_treatment_.resize(n);
        outcomes_.of(slot).outcome(reference(), visit, effect_shift(slot, 0), without_treatment_.data());
        for (std::size_t i = 0; i < n; ++i)
          if (interruption.stopped_months[i] < protocol.visits_months[v]) values[i] = without_treatment_[i];
      });
    }
    protocol.record(out.values);
    if (latent) out.latent = out.values;
  }

  void time_events(int arm, ArmOutcomes& out) override {
    out.time.resize(slots());
    for (std::size_t slot = 0; slot < slots(); ++slot) {
      if (model_.protocol_.kind[slot] != OutcomeKind::survival) continue;
      out.time[slot].resize(static_cast<std::size_t>(outcomes_.patients()));
      outcomes_.time_to_event(slot, strategy(arm), out.time[slot].data());
    }
  }

  void observe(std::span<const int> arm, std::vector<std::vector<double>>& values) override {
    const Protocol& protocol = model_.protocol_;
    values.resize(slots() * protocol.visits_months.size());
    strategies_.resize(protocol.arms());
    shifts_.resize(protocol.arms());
    for (std::size_t slot = 0; slot < slots(); ++slot) {
      for (std::size_t a = 0; a < strategies_.size(); ++a) {
        strategies_[a] = strategy(static_cast<int>(a));
        shifts_[a] = effect_shift(slot, static_cast<int>(a));
      }
      for_visits(slot, values, [&](std::size_t, std::size_t visit, std::vector<double>& column) {
        outcomes_.of(slot).outcome_by_arm(strategies_, shifts_, visit, arm, column.data());
      });
    }
    protocol.record(values);
  }

  double category_of(double) const override { throw InternalError("a data model has no open label"); }

  void count_events(int arm, const double* exposure, double* out) override {
    outcomes_.of(0).counts(strategy(arm), exposure, out);
  }

  void first_adverse_event(int, double*) override { throw InternalError("a data model has no adverse events"); }

  void count_adverse_events(int, std::optional<EventType>, double*) override {
    throw InternalError("a data model has no adverse events");
  }

  std::vector<double> infusion_months(int) const override { return {}; }

  double effect_shift(std::size_t slot, int arm) const override {
    return shift_.empty() ? 0.0 : shift_[slot * model_.protocol_.arms() + static_cast<std::size_t>(arm)];
  }

 private:
  static constexpr double missing = std::numeric_limits<double>::quiet_NaN();

  std::size_t slots() const { return model_.protocol_.endpoints.size(); }

  /// Calls for each visit of an endpoint, by its place in the protocol and in the model, with its column; the columns
  /// of visits at which it is not seen are missing.
  template <class Call>
  void for_visits(std::size_t slot, std::vector<std::vector<double>>& values, const Call& call) const {
    const Protocol& protocol = model_.protocol_;
    const std::size_t visits = protocol.visits_months.size();
    const std::size_t after_baseline = protocol.has_baseline[slot] ? 1 : 0;
    for (std::size_t v = 0, at = 0; v < visits; ++v) {
      std::vector<double>& column = values[slot * visits + v];
      column.resize(static_cast<std::size_t>(outcomes_.patients()));
      if (at < protocol.seen[slot].size() && protocol.seen[slot][at] == v)
        call(v, after_baseline + at++, column);
      else
        std::fill(column.begin(), column.end(), missing);
    }
  }

  int strategy(int arm) const { return model_.protocol_.design.arms[static_cast<std::size_t>(arm)].strategy; }
  int reference() const { return strategy(0); }

  /// In the order in which the protocol has them.
  void record_covariates(Participants& out) const {
    const std::vector<DataCovariate>& covariates = model_.model_.covariates;
    out.numeric.resize(model_.protocol_.numeric.size());
    out.factor.resize(model_.protocol_.factors.size());
    std::size_t number = 0, factor = 0;
    for (std::size_t c = 0; c < covariates.size(); ++c) {
      if (covariates[c].is_normal()) outcomes_.of(0).covariates().record(c, out.numeric[number++]);
      if (covariates[c].factor_levels() > 1) outcomes_.of(0).covariates().record_levels(c, out.factor[factor++]);
    }
  }

  /// With uncertain parameters the means of an endpoint in an arm move together by one normal per parameter draw.
  void begin_replicate(std::uint32_t replicate, std::uint32_t parameter_draw, bool uncertain) {
    replicate_ = replicate;
    const std::size_t arms = model_.protocol_.arms();
    shift_.assign(uncertain ? slots() * arms : 0, 0.0);
    const std::span<const DataModel> endpoints = endpoints_of(model_.model_);
    for (std::size_t k = 0; k < shift_.size(); ++k) {
      const DataModel& endpoint = endpoints[k / arms];
      const auto index = static_cast<std::uint16_t>(strategy(static_cast<int>(k % arms)));
      const double sd = endpoint.is_composite() ? 0.0 : endpoint.arms[index].effect_sd;
      if (sd <= 0) continue;
      const auto block = static_cast<std::uint16_t>(k / arms);
      shift_[k] = sd * normals_at(model_.protocol_.seed,
                                  {parameter_draw, Address::whole_replicate, Purpose::data_model, index, block})[0];
    }
  }

  const DataSourceModel& model_;
  JointOutcomes outcomes_;
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
