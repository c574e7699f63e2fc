#include "engine/trial/disease_source.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "engine/numeric/errors.hpp"

namespace vcohort {

namespace {

bool may_stop(const TrialQuestion& design) {
  return std::any_of(design.intercurrent.begin(), design.intercurrent.end(), [](const IntercurrentEvent& event) {
    return event.kind == IntercurrentEvent::Kind::discontinuation ||
           event.kind == IntercurrentEvent::Kind::missed_infusion;
  });
}

bool is_open(const Eligibility& eligibility) {
  return !eligibility.age_years && !eligibility.gmfcs && !eligibility.gmfm66 && !eligibility.gmfm88 &&
         !eligibility.motor_type && !eligibility.topography;
}

}  // namespace

struct DiseaseModel::Parameters {
  PatientParameters patient;
  HarmParameters harm;
  OutcomeModel outcomes;
  std::vector<ArmPlan> arms;

  Parameters(const DiseaseModel& model, const ParameterValues& values)
      : patient(values), harm(values), outcomes(values, model.protocol_.visits_months, model.protocol_.endpoints) {
    for (const Arm& arm : model.protocol_.design.arms) arms.emplace_back(arm, model.study_, outcomes, model.stoppable_);
  }
};

DiseaseModel::DiseaseModel(const Study& study, const Evidence& evidence, const Protocol& protocol)
    : study_(study),
      protocol_(protocol),
      draws_(evidence),
      points_(point_values(evidence)),
      stoppable_(may_stop(*study.trial)) {
  const Parameters refuses_what_cannot_be_evaluated(*this, points_);
}

class DiseaseSource final : public TrialSource {
 public:
  explicit DiseaseSource(const DiseaseModel& model) : model_(model), now_(model, model.points_) {
    const auto tolerant = [](const ArmPlan& arm) {
      return arm.first.therapy.strategy().regimen.tolerance == Regimen::Tolerance::ignore ||
             !arm.first.therapy.strategy().cells;
    };
    regimen_follows_events_ = !model.stoppable_ && !std::all_of(now_.arms.begin(), now_.arms.end(), tolerant);
  }

  void begin(std::uint32_t replicate, std::uint32_t parameter_draw) override {
    if (model_.protocol_.uncertain_parameters)
      now_ = DiseaseModel::Parameters(model_, model_.draws_.draw(model_.study_.seed, parameter_draw));
    replicate_ = replicate;
  }

  void begin_with_point_values(std::uint32_t replicate) override {
    if (model_.protocol_.uncertain_parameters) now_ = DiseaseModel::Parameters(model_, model_.points_);
    replicate_ = replicate;
  }

  void enrol(std::uint64_t first, std::int64_t patients, Participants& out) override {
    screen_candidates(first, patients, out);
    out.patient.clear();
    harm_known_ = false;
    while (outcomes_.size() < tiles_in_use_) outcomes_.push_back(std::make_unique<TileOutcomes>(now_.outcomes));
    for (std::size_t k = 0; k < tiles_in_use_; ++k) {
      const PatientTile& tile = tiles_[k]->patient;
      out.patient.insert(out.patient.end(), tile.patient.begin(), tile.patient.begin() + tile.lanes);
      outcomes_[k]->prepare(model_.study_.seed, replicate_, *tiles_[k], TileOutcomes::Setting::trial);
    }
    copy_covariates(out);
    model_.protocol_.record(out.baseline);
  }

  void evaluate(int arm, const Interruption& interruption, bool latent, ArmOutcomes& out) override {
    const ArmPlan& plan = now_.arms[static_cast<std::size_t>(arm)];
    const std::size_t visits = model_.protocol_.visits_months.size();
    const std::size_t slots = model_.protocol_.endpoints.size();
    out.values.resize(slots * visits);
    if (latent) out.latent.resize(slots * visits);
    for (auto& values : out.values) values.resize(patients_);
    for (auto& values : out.latent) values.resize(patients_);
    if (regimen_follows_events_) draw_harm();
    std::size_t first = 0;
    for (std::size_t k = 0; k < tiles_in_use_; ++k) {
      const bool twice = plan.second.has_value();
      for (int part = 0; part < (twice ? 2 : 1); ++part) {
        const double start = part == 0 ? 0.0 : plan.crossover_months;
        const OutcomePlan& here = part == 0 ? plan.first : *plan.second;
        count_infusions(here.therapy, start, k, first, arm, interruption);
        outcomes_[k]->evaluate(here, *tiles_[k], received_.data());
        for (std::size_t e = 0; e < slots; ++e)
          for (std::size_t v = 0; v < visits; ++v) {
            if (plan.after_crossover(model_.protocol_.visits_months[v]) != (part == 1)) continue;
            const auto copy = [&](const Lanes<double>& from, std::vector<double>& to) {
              std::copy_n(from.begin(), tiles_[k]->patient.lanes, to.begin() + static_cast<std::ptrdiff_t>(first));
            };
            copy(outcomes_[k]->observed(e, v), out.values[e * visits + v]);
            if (!latent) continue;
            const bool cut = model_.protocol_.kind[e] == OutcomeKind::ordinal;
            copy(cut ? outcomes_[k]->impression_score(v) : outcomes_[k]->latent(e, v), out.latent[e * visits + v]);
          }
      }
      first += static_cast<std::size_t>(tiles_[k]->patient.lanes);
    }
    model_.protocol_.record(out.values);
  }

  void observe(std::span<const int> arm, std::vector<std::vector<double>>& values) override {
    values.resize(model_.protocol_.endpoints.size() * model_.protocol_.visits_months.size());
    for (auto& column : values) column.resize(patients_);
    for (int a = 0; a < static_cast<int>(model_.protocol_.arms()); ++a) {
      evaluate(a, {}, false, under_arm_);
      for (std::size_t row = 0; row < values.size(); ++row) take_arm(arm, a, under_arm_.values[row], values[row]);
    }
  }

  double category_of(double latent) const override { return now_.outcomes.impression.category_of(latent); }

  void count_events(int, const double*, double*) override { throw InternalError("the disease model has no counts"); }

  void first_adverse_event(int arm, double* months) override {
    draw_harm();
    std::fill_n(months, patients_, std::numeric_limits<double>::infinity());
    constexpr int troubling = 2;  // the grade that a regimen by tolerance heeds
    const auto at = now_.arms[static_cast<std::size_t>(arm)].first.therapy.infusion_months();
    std::size_t first = 0;
    for (std::size_t k = 0; k < tiles_in_use_; ++k) {
      for (const AdverseEvent& event : harm_[k][static_cast<std::size_t>(arm)].events)
        if (event.grade >= troubling)
          months[first + event.lane] = std::min(months[first + event.lane], at[event.infusion]);
      first += static_cast<std::size_t>(tiles_[k]->patient.lanes);
    }
  }

  void count_adverse_events(int arm, std::optional<EventType> type, double* counts) override {
    draw_harm();
    std::fill_n(counts, patients_, 0.0);
    std::size_t first = 0;
    for (std::size_t k = 0; k < tiles_in_use_; ++k) {
      for (const AdverseEvent& event : harm_[k][static_cast<std::size_t>(arm)].events)
        counts[first + event.lane] += !type || event.type == *type;
      first += static_cast<std::size_t>(tiles_[k]->patient.lanes);
    }
  }

  std::vector<double> infusion_months(int arm) const override {
    return now_.arms[static_cast<std::size_t>(arm)].infusion_months();
  }
  void time_events(int, ArmOutcomes&) override { throw InternalError("the disease model has no times to an event"); }
  double effect_shift(std::size_t, int) const override { return 0; }

 private:
  /// Fills tiles_ with the first eligible candidates, in order.
  void screen_candidates(std::uint64_t first, std::int64_t patients, Participants& out) {
    const Population& population = model_.study_.population;
    const bool open = is_open(population.eligibility);
    patients_ = static_cast<std::size_t>(patients);
    tiles_in_use_ = (patients_ + tile_size - 1) / tile_size;
    while (tiles_.size() < tiles_in_use_) tiles_.push_back(std::make_unique<ChildTile>());
    for (auto& tile : tiles_) tile->patient.lanes = 0;
    std::uint64_t candidate = first;
    std::size_t enrolled = 0;
    std::array<std::uint64_t, tile_size> ids;
    while (enrolled < patients_) {
      const std::size_t missing = patients_ - enrolled;
      const double screened = static_cast<double>(candidate - first);
      const double share = enrolled == 0 ? 1.0 : static_cast<double>(enrolled) / screened;
      // How many are screened at once does not matter for who is enrolled.
      const auto lanes = static_cast<std::size_t>(
          std::min<double>(tile_size, open ? static_cast<double>(missing) : static_cast<double>(missing) / share + 8));
      std::iota(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(lanes), candidate);
      ChildTile& screened_tile = open ? *tiles_[enrolled / tile_size] : candidates_;
      screen(model_.study_.seed, replicate_, population, now_.patient, now_.outcomes.development, {ids.data(), lanes},
             screened_tile);
      candidate += lanes;
      if (open) {
        enrolled += lanes;
        continue;
      }
      for (int i = 0; i < static_cast<int>(lanes) && enrolled < patients_; ++i) {
        if (!eligible(population.eligibility, candidates_, i)) continue;
        ChildTile& tile = *tiles_[enrolled / tile_size];
        tile.copy_lane(candidates_, i, static_cast<int>(enrolled % tile_size));
        tile.patient.lanes = static_cast<int>(enrolled % tile_size) + 1;
        ++enrolled;
      }
      constexpr std::uint64_t most_per_patient = 65536;  // as in cohorts
      if (enrolled == 0 && candidate - first > most_per_patient)
        throw NumericalFailure(explain("no eligible child among 65,536 candidates",
                                       "population.eligibility is too narrow", "widen the eligibility"));
    }
    const ChildTile& last = *tiles_[tiles_in_use_ - 1];
    out.next_candidate = last.patient.patient[last.patient.lanes - 1] + 1;
  }

  void copy_covariates(Participants& out) {
    const Protocol& protocol = model_.protocol_;
    out.numeric.resize(protocol.numeric.size());
    out.factor.resize(protocol.factors.size());
    out.baseline.resize(protocol.endpoints.size());
    for (auto& column : out.numeric) column.clear();
    for (auto& column : out.factor) column.clear();
    for (auto& column : out.baseline) column.clear();
    for (std::size_t k = 0; k < tiles_in_use_; ++k) {
      const ChildTile& child = *tiles_[k];
      const int lanes = child.patient.lanes;
      for (std::size_t c = 0; c < protocol.numeric.size(); ++c) {
        const std::string& name = protocol.numeric[c];
        const Lanes<double>& from = name == "age_years"   ? child.patient.age_years
                                    : name == "weight_kg" ? child.patient.weight_kg
                                    : name == "gmfm66"    ? child.baseline_gmfm66
                                                          : child.baseline_gmfm88;
        out.numeric[c].insert(out.numeric[c].end(), from.begin(), from.begin() + lanes);
      }
      for (std::size_t c = 0; c < protocol.factors.size(); ++c)
        for (int i = 0; i < lanes; ++i) out.factor[c].push_back(level_of(protocol.factors[c], child.patient, i));
      for (std::size_t e = 0; e < protocol.endpoints.size(); ++e) {
        const Lanes<double>& from = outcomes_[k]->baseline(e);
        out.baseline[e].insert(out.baseline[e].end(), from.begin(), from.begin() + lanes);
      }
    }
  }

  int level_of(const std::string& factor, const PatientTile& patient, int i) const {
    if (factor == "gmfcs") return patient.gmfcs[i];
    if (factor == "sex") return patient.male[i];
    if (factor == "injury") return patient.injury[i];
    if (factor == "motor_type") return patient.motor_type[i];
    if (factor == "genotype") return patient.carrier[i];
    if (factor == "immune_suppressed") return patient.immune_suppressed[i];
    const auto& cuts = model_.protocol_.design.randomisation.age_cuts;
    return static_cast<int>(std::upper_bound(cuts.begin(), cuts.end(), patient.age_years[i]) - cuts.begin());
  }

  /// Infusions that each child of a tile receives under a plan that starts at `start` months.
  void count_infusions(const TherapyPlan& plan, double start, std::size_t tile, std::size_t first, int arm,
                       const Interruption& interruption) {
    const int lanes = tiles_[tile]->patient.lanes;
    const auto at = plan.infusion_months();
    for (int i = 0; i < lanes; ++i) {
      int received = static_cast<int>(at.size());
      if (interruption.stopped_months) {
        const double stop = interruption.stopped_months[first + static_cast<std::size_t>(i)] - start;
        received = static_cast<int>(std::lower_bound(at.begin(), at.end(), stop) - at.begin());
      }
      // Which ones were missed is not told apart: the last ones are taken to be.
      if (interruption.infusions_missed)
        received = std::max(
            0, received - static_cast<int>(interruption.infusions_missed[first + static_cast<std::size_t>(i)]));
      if (regimen_follows_events_ && start == 0)
        received = std::min<int>(received, harm_[tile][static_cast<std::size_t>(arm)].infusions_before_change[i]);
      received_[i] = static_cast<std::uint16_t>(received);
    }
  }

  void draw_harm() {
    if (harm_known_) return;
    harm_known_ = true;
    harm_.resize(tiles_in_use_);
    std::vector<const TherapyPlan*> plans;
    for (const ArmPlan& arm : now_.arms) plans.push_back(&arm.first.therapy);
    for (std::size_t k = 0; k < tiles_in_use_; ++k)
      draw_adverse_events(model_.study_.seed, replicate_, now_.harm, tiles_[k]->patient, plans,
                          model_.protocol_.follow_up_months, harm_[k]);
  }

  const DiseaseModel& model_;
  DiseaseModel::Parameters now_;  // at one place: outcomes_ refer to it
  bool regimen_follows_events_ = false;
  std::uint32_t replicate_ = 0;
  std::size_t patients_ = 0, tiles_in_use_ = 0;
  ChildTile candidates_;
  std::vector<std::unique_ptr<ChildTile>> tiles_;
  std::vector<std::unique_ptr<TileOutcomes>> outcomes_;
  bool harm_known_ = false;
  std::vector<std::vector<TileHarm>> harm_;  // [tile][arm]
  Lanes<std::uint16_t> received_;
  ArmOutcomes under_arm_;
};

std::unique_ptr<TrialSource> DiseaseModel::source() const {
  return std::make_unique<DiseaseSource>(*this);
}

}  // namespace vcohort
