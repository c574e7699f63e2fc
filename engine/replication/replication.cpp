#include "engine/replication/replication.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/development/development.hpp"
#include "engine/evidence/values.hpp"
#include "engine/numeric/require.hpp"
#include "engine/outcome/endpoint.hpp"
#include "engine/random/tile_draws.hpp"
#include "engine/replication/statistic.hpp"
#include "engine/trial/simulator.hpp"

namespace vcohort {

namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint16_t baseline_day = 0;  // of the draws of CGI-S; those of CGI-I have the days of visits

/// The study as it is simulated: whatever a figure looks at is recorded, as an analysis of its own.
Study study_for(const Study& published, std::span<const PublishedFigure> figures, const ReplicationOptions& options) {
  require(published.trial && !published.trial->arms.empty(), "a replication simulates the arms of a trial");
  Study study = published;
  if (options.seed) study.seed = *options.seed;
  study.uncertain_parameters = options.uncertain_parameters;
  TrialQuestion& trial = *study.trial;
  trial.sample_size = {trial.sample_size.front() * options.patients_factor};
  for (const PublishedFigure& figure : figures) {
    if (!figure.modelled() || figure.endpoint.empty()) continue;
    AnalysisPlan plan;
    plan.name = figure.name;
    plan.endpoint = figure.endpoint;
    plan.visit_months = figure.visit_months > 0 ? figure.visit_months : study.outcomes.visits_months.front();
    const bool of_shares = find_endpoint(figure.endpoint)->kind == OutcomeKind::binary;
    plan.method = figure.statistic == FigureStatistic::adjusted_mean ? "ancova" : of_shares ? "chi-square" : "t";
    plan.adjust = {"baseline", "age_years", "gmfcs"};
    trial.analyses.push_back(plan);
  }
  return study;
}

/// Everything that the replicates of one study share.
class Replication {
 public:
  Replication(const Study& published, const Evidence& evidence, std::span<const PublishedFigure> figures,
              const ReplicationOptions& options)
      : study_(study_for(published, figures, options)),
        figures_(figures),
        options_(options),
        trial_(study_, evidence),
        expectation_(point_values(evidence)),
        draws_(evidence),
        points_(point_values(evidence)) {
    std::size_t analysis = published.trial->analyses.size();
    for (const PublishedFigure& figure : figures) {
      Place place;
      if (figure.modelled()) {
        place.arms = places_of(figure.arms);
        place.versus = places_of(figure.versus);
        if (!figure.endpoint.empty()) {
          place.slot = trial_.protocol.slot_of(figure.endpoint);
          place.analysis = analysis++;
        }
        if (figure.visit_months > 0) place.visit = trial_.protocol.visit_at(figure.visit_months);
        if (figure.from_months > 0) place.from = trial_.protocol.visit_at(figure.from_months);
      }
      places_.push_back(place);
    }
  }

  /// Simulates replicates [from, to), counted from the first one asked for.
  void fill(std::int64_t from, std::int64_t to, FigureMatrix& matrix) const {
    TrialSimulator simulator(trial_, false);
    FigureSample arms, versus;
    for (std::int64_t k = from; k < to; ++k) {
      const auto replicate = static_cast<std::uint32_t>(options_.first + k);
      const TrialData& data = simulator.simulate_replicate(replicate, study_.trial->sample_size.front());
      for (std::size_t f = 0; f < figures_.size(); ++f)
        matrix.values[f * static_cast<std::size_t>(matrix.replicates) + static_cast<std::size_t>(k)] =
            figure_in(f, replicate, data, simulator, arms, versus);
    }
  }

 private:
  /// Where the parts of a figure stand in the data of a trial.
  struct Place {
    std::vector<bool> arms, versus;  // [arm]
    std::size_t slot = 0, analysis = 0;
    std::optional<std::size_t> visit, from;  // nothing: baseline
  };

  std::vector<bool> places_of(const std::vector<std::string>& names) const {
    const std::vector<Arm>& arms = trial_.protocol.design.arms;
    std::vector<bool> places(arms.size());
    for (const std::string& name : names) {
      const auto found = std::find_if(arms.begin(), arms.end(), [&](const Arm& arm) { return arm.name == name; });
      require(found != arms.end(), "a figure names arms of its trial");
      places[static_cast<std::size_t>(found - arms.begin())] = true;
    }
    return places;
  }

  double figure_in(std::size_t f, std::uint32_t replicate, const TrialData& data, TrialSimulator& simulator,
                   FigureSample& arms, FigureSample& versus) const {
    const PublishedFigure& figure = figures_[f];
    const Place& place = places_[f];
    if (!figure.modelled()) return undefined;
    if (figure.statistic == FigureStatistic::severe_share) return severe_share(figure, place, replicate, data);
    if (figure.statistic == FigureStatistic::adjusted_mean) {
      const auto contrast = std::find(place.arms.begin(), place.arms.end(), true) - place.arms.begin() - 1;
      const auto results = simulator.analyse(place.analysis, data.participants.size());
      const TrialResult& result = results[static_cast<std::size_t>(contrast)];
      return result.ok() ? result.estimate.estimate : undefined;
    }
    if (figure.quantity == FigureQuantity::related_events) {
      count_events(figure, place.arms, figure.n, data, simulator, arms);
      if (figure.compares()) count_events(figure, place.versus, figure.n_versus, data, simulator, versus);
    } else {
      collect(figure, place, place.arms, figure.n, data, arms);
      if (figure.compares()) collect(figure, place, place.versus, figure.n_versus, data, versus);
    }
    return figure_of(figure, arms, versus);
  }

  void collect(const PublishedFigure& figure, const Place& place, const std::vector<bool>& of, std::int64_t n,
               const TrialData& data, FigureSample& sample) const {
    const Participants& participants = data.participants;
    const std::vector<double>& baseline = participants.baseline[place.slot];
    const std::size_t visits = trial_.protocol.visits_months.size();
    const std::vector<double>& at = place.visit ? data.observed.values[place.slot * visits + *place.visit] : baseline;
    const std::vector<double>& before = place.from ? data.observed.values[place.slot * visits + *place.from] : baseline;
    const bool changes = figure.quantity != FigureQuantity::value;
    const auto limit = n > 0 ? static_cast<std::size_t>(n * options_.patients_factor) : participants.size();
    sample.value.clear();
    sample.baseline.clear();
    for (std::size_t i = 0; i < participants.size() && sample.value.size() < limit; ++i) {
      if (!of[static_cast<std::size_t>(data.arm[i])]) continue;
      double value = changes ? at[i] - before[i] : at[i];
      if (figure.quantity == FigureQuantity::monthly_change) value /= figure.visit_months - figure.from_months;
      if (figure.quantity == FigureQuantity::change_above_expectation)
        value -= expected_change(participants, i, figure.visit_months);
      if (std::isnan(value)) continue;
      sample.value.push_back(value);
      sample.baseline.push_back(baseline[i]);
    }
  }

  void count_events(const PublishedFigure& figure, const std::vector<bool>& of, std::int64_t n, const TrialData& data,
                    TrialSimulator& simulator, FigureSample& sample) const {
    const std::size_t patients = data.participants.size();
    std::vector<std::vector<double>> counts(of.size());  // [arm][patient]
    for (std::size_t arm = 0; arm < of.size(); ++arm) {
      if (!of[arm]) continue;
      counts[arm].resize(patients);
      simulator.source().count_adverse_events(static_cast<int>(arm), figure.event, counts[arm].data());
    }
    const auto limit = n > 0 ? static_cast<std::size_t>(n * options_.patients_factor) : patients;
    sample.value.clear();
    sample.baseline.clear();
    for (std::size_t i = 0; i < patients && sample.value.size() < limit; ++i)
      if (const auto arm = static_cast<std::size_t>(data.arm[i]); of[arm]) sample.value.push_back(counts[arm][i]);
  }

  /// What the published curves predict for a child of this level and age, as a trial without a control looks at it: the
  /// curves' point values, as publications have no others.
  double expected_change(const Participants& participants, std::size_t i, double months) const {
    constexpr double months_per_year = 12;
    const Protocol& protocol = trial_.protocol;
    const int level = participants.factor[protocol.factor_at("gmfcs")][i];
    const double age = participants.numeric[protocol.numeric_at("age_years")][i];
    return expectation_.expected(level, age + months / months_per_year) - expectation_.expected(level, age);
  }

  double severe_share(const PublishedFigure& figure, const Place& place, std::uint32_t replicate,
                      const TrialData& data) const {
    const ParameterValues values = options_.uncertain_parameters ? draws_.draw(study_.seed, replicate) : points_;
    const double share = values.at("cgi.severe_share");
    const std::int64_t limit = figure.n * options_.patients_factor;
    std::int64_t looked_at = 0, severe = 0;
    for (std::size_t i = 0; i < data.participants.size() && (limit == 0 || looked_at < limit); ++i) {
      if (!place.arms[static_cast<std::size_t>(data.arm[i])]) continue;
      const Address address{replicate, data.participants.patient[i], Purpose::global_impression, baseline_day, 0};
      severe += uniforms_at(study_.seed, address)[0] < share;
      ++looked_at;
    }
    return looked_at == 0 ? undefined : static_cast<double>(severe) / static_cast<double>(looked_at);
  }

  Study study_;
  std::span<const PublishedFigure> figures_;
  ReplicationOptions options_;
  PreparedTrial trial_;
  DevelopmentParameters expectation_;
  ParameterDraws draws_;
  ParameterValues points_;
  std::vector<Place> places_;
};

}  // namespace

FigureMatrix replicate_figures(const Study& study, const Evidence& evidence, std::span<const PublishedFigure> figures,
                               const ReplicationOptions& options) {
  FigureMatrix matrix;
  matrix.replicates = options.replicates;
  matrix.values.assign(figures.size() * static_cast<std::size_t>(options.replicates), undefined);
  const Replication replication(study, evidence, figures, options);
  constexpr std::int64_t grain = 32;  // replicates: enough work for a task
  oneapi::tbb::parallel_for(oneapi::tbb::blocked_range<std::int64_t>(0, options.replicates, grain),
                            [&](const oneapi::tbb::blocked_range<std::int64_t>& range) {
                              replication.fill(range.begin(), range.end(), matrix);
                            });
  return matrix;
}

}  // namespace vcohort
