#include "engine/analysis/long_data/data_analysis.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "engine/analysis/analysis.hpp"
#include "engine/analysis/long_data/decimals.hpp"
#include "engine/analysis/mmrm/mmrm.hpp"
#include "engine/numeric/columns.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/numeric/shortest_text.hpp"
#include "engine/study/contrasts.hpp"
#include "engine/study/trial_names.hpp"

namespace vcohort {

namespace {

using analysis::Estimate;

constexpr double missing = analysis::unknown;

/// The data of a file as an analysis takes them.
class DataRecords {
 public:
  DataRecords(const LongData& data, const AnalysisPlan& plan)
      : data_(data), visit_(plan.visit.empty() ? data.visits.size() - 1 : data.visit_named(plan.visit)) {
    check_periods(plan);
    records_.arms = static_cast<int>(data.arms.size());
    records_.arm = data.arm;
    records_.baseline = data.baseline;
    if (!data.clusters.empty())
      gather_clusters(method_named(plan.method).units == analysis::Method::Units::steps);
    else if (!data.value.empty())
      for (std::size_t v = 0; v < data.visits.size(); ++v) values_.push_back(at_visit(data.value, v));
    records_.values = values_;
    records_.visit = visit_;
    records_.times = data.visit_months;
    if (!data.time.empty()) take_times();
    take_exposure();
    take_hierarchy(plan);
    adjust_.view(data, plan.adjust);
    adjust_by_visit_.view(data, plan.adjust_by_visit);
    strata_.view(data, plan.stratify);
    records_.covariates = adjust_.covariates;
    records_.factors = adjust_.factors;
    records_.covariates_by_visit = adjust_by_visit_.covariates;
    records_.factors_by_visit = adjust_by_visit_.factors;
    records_.strata = strata_.factors;
    take_subgroup(plan);
  }

  const analysis::Records& view() const { return records_; }

  /// How much more the effect is in the second level of a factor than in the first: one result per contrast. `patients`
  /// of both are counted.
  std::vector<analysis::Result> interaction(const std::string& name, analysis::Analysis& analysis,
                                            std::size_t& patients) const {
    const LongData::Covariate& factor = data_.covariate(name);
    if (factor.levels.size() != 2)
      throw InvalidInput(explain("'" + name + "' has " + std::to_string(factor.levels.size()) + " levels",
                                 "an interaction compares the effects in two", "choose two of them with data.where"));
    analysis::Records within = records_;
    std::vector<int> arm(records_.arm.size());
    const auto in_level = [&](double level) {
      for (std::size_t i = 0; i < arm.size(); ++i) arm[i] = factor.values[i] == level ? records_.arm[i] : -1;
      within.arm = arm;
      const std::span<const analysis::Result> results = analysis.run(within);
      for (const int analysed : analysis.analysed()) patients += static_cast<std::size_t>(analysed);
      return std::vector<analysis::Result>(results.begin(), results.end());
    };
    const std::vector<analysis::Result> first = in_level(0), second = in_level(1);
    std::vector<analysis::Result> difference;
    for (std::size_t k = 0; k < first.size(); ++k) difference.push_back(analysis.interaction(second[k], first[k]));
    return difference;
  }

 private:
  struct Columns {
    std::vector<std::span<const double>> covariates;
    std::vector<std::vector<int>> codes;
    std::vector<analysis::Factor> factors;

    void view(const LongData& data, const std::vector<std::string>& names) {
      codes.reserve(names.size());
      for (const std::string& name : names) {
        if (name == "baseline") continue;
        const LongData::Covariate& covariate = data.covariate(name);
        if (covariate.levels.empty()) {
          covariates.emplace_back(covariate.values);
          continue;
        }
        std::vector<int>& of_patient = codes.emplace_back();
        for (double value : covariate.values) of_patient.push_back(value != value ? -1 : static_cast<int>(value));
        factors.push_back({of_patient, static_cast<int>(covariate.levels.size())});
      }
    }
  };

  static const analysis::Method& method_named(const std::string& name) { return *analysis::find_method(name); }

  void check_periods(const AnalysisPlan& plan) const {
    const auto units = method_named(plan.method).units;
    if (units == analysis::Method::Units::periods && data_.visits.size() != 2)
      throw InvalidInput(explain("there are " + std::to_string(data_.visits.size()) + " visits",
                                 plan.method + " compares two periods", "choose two of them with data.where"));
    const bool ordered = data_.visits_have_order;
    if ((units == analysis::Method::Units::periods || units == analysis::Method::Units::steps) && !ordered)
      throw InvalidInput(explain("the visits have no order", plan.method + " has to know which period is the first",
                                 "list them in data.visit_order, or name the column of their times in "
                                 "data.visit_months"));
  }

  /// Clusters take the place of patients: their values follow each other, [visit][member][cluster].
  void gather_clusters(bool steps) {
    const std::size_t clusters = data_.clusters.size(), visits = data_.visits.size();
    std::vector<std::vector<std::vector<double>>> of(visits, std::vector<std::vector<double>>(clusters));
    constexpr int nobody = -1;
    std::vector<int> arm(visits * clusters, nobody);
    std::size_t members = 1;
    for (std::size_t i = 0; i < data_.patients.size(); ++i) {
      if (data_.cluster[i] < 0) continue;
      const auto c = static_cast<std::size_t>(data_.cluster[i]);
      for (std::size_t v = 0; v < visits; ++v) {
        const double value = at_visit(data_.value, v)[i];
        if (value != value) continue;
        int& here = arm[(steps ? v : 0) * clusters + c];
        if (here != nobody && here != data_.arm[i])
          throw InvalidInput(explain("the cluster " + data_.clusters[c] + " has patients of two arms" +
                                         (steps ? " at visit " + data_.visits[v] : std::string()),
                                     "a cluster is under one", "check data.cluster and data.arm"));
        here = data_.arm[i];
        of[v][c].push_back(value);
        members = std::max(members, of[v][c].size());
      }
    }
    for (std::size_t v = 0; v < visits; ++v)
      for (std::size_t k = 0; k < members; ++k) {
        std::vector<double>& row = rows_.emplace_back();
        for (std::size_t c = 0; c < clusters; ++c) row.push_back(k < of[v][c].size() ? of[v][c][k] : missing);
      }
    values_.assign(rows_.begin(), rows_.end());
    unit_arm_.assign(arm.begin(), arm.begin() + static_cast<std::ptrdiff_t>(clusters));
    if (steps) find_crossings(arm);
    records_.arm = unit_arm_;
    records_.baseline = {};
    records_.members = members;
    records_.crossing = crossing_;
  }

  /// Whoever is under the other arm stays there.
  void find_crossings(const std::vector<int>& arm) {
    const std::size_t clusters = data_.clusters.size(), visits = data_.visits.size();
    for (std::size_t c = 0; c < clusters; ++c) {
      int crossing = static_cast<int>(visits);
      for (std::size_t v = 0; v < visits; ++v) {
        const int here = arm[v * clusters + c];
        if (here == 1 && crossing == static_cast<int>(visits)) crossing = static_cast<int>(v);
        if (here == 0 && crossing < static_cast<int>(visits))
          throw InvalidInput(explain(
              "the cluster " + data_.clusters[c] + " goes back to " + data_.arms[0] + " at visit " + data_.visits[v],
              "a stepped wedge has clusters that cross over once",
              "check data.arm, data.reference and the order of the visits"));
      }
      crossing_.push_back(crossing);
    }
    unit_arm_.assign(clusters, 1);
  }

  std::span<const double> at_visit(const std::string& column, std::size_t visit) const {
    const std::size_t n = data_.patients.size();
    return std::span(data_.outcomes.at(column)).subspan(visit * n, n);
  }

  /// Times whose event is missing are missing.
  void take_times() {
    const std::span<const double> time = at_visit(data_.time, visit_);
    time_.assign(time.begin(), time.end());
    event_ = events(data_.event, time_);
    records_.time = time_;
    records_.event = event_;
    if (data_.competing.empty()) return;
    for (const double code : at_visit(data_.event, visit_))
      competed_.push_back(std::find(data_.competing.begin(), data_.competing.end(), code) != data_.competing.end());
    records_.competed = competed_;
  }

  std::vector<std::uint8_t> events(const std::string& column, std::vector<double>& times) const {
    std::vector<std::uint8_t> happened;
    const std::span<const double> event = at_visit(column, visit_);
    for (std::size_t i = 0; i < event.size(); ++i) {
      if (event[i] != event[i]) times[i] = missing;
      happened.push_back(event[i] == 1);
    }
    return happened;
  }

  void take_exposure() {
    if (data_.exposure.empty() && data_.offset.empty()) return;
    const std::span<const double> column = at_visit(data_.offset.empty() ? data_.exposure : data_.offset, visit_);
    for (const double value : column) exposure_.push_back(data_.offset.empty() ? value : std::exp(value));
    records_.exposure = exposure_;
  }

  void take_hierarchy(const AnalysisPlan& plan) {
    levels_.reserve(plan.hierarchy.size());
    for (const HierarchyLevel& level : plan.hierarchy) {
      const std::span<const double> value = at_visit(level.value, visit_);
      Level& of = levels_.emplace_back();
      of.value.assign(value.begin(), value.end());
      if (!level.event.empty()) of.event = events(level.event, of.value);
      const bool higher = level.event.empty() != level.lower_is_better;
      ranked_.push_back({of.value, of.event, higher, level.smallest_win, steps_of(data_.outcomes.at(level.value))});
    }
    records_.hierarchy = ranked_;
  }

  /// Who is outside of it, or of whom it is not known, is in no arm.
  void take_subgroup(const AnalysisPlan& plan) {
    if (plan.where.empty()) return;
    arm_ = data_.arm;
    for (const Subgroup& group : plan.where) {
      const LongData::Covariate& factor = data_.covariate(group.covariate);
      std::vector<bool> in(factor.levels.size());
      for (const std::string& level : group.levels) {
        const auto found = std::find(factor.levels.begin(), factor.levels.end(), level);
        if (found == factor.levels.end())
          throw InvalidInput(explain("nobody has '" + level + "' in '" + group.covariate + "'",
                                     "the analysis '" + plan.name + "' is of these patients", "correct its \"where\""));
        in[static_cast<std::size_t>(found - factor.levels.begin())] = true;
      }
      for (std::size_t i = 0; i < arm_.size(); ++i) {
        const double value = factor.values[i];
        if (value != value || !in[static_cast<std::size_t>(value)]) arm_[i] = -1;
      }
    }
    records_.arm = arm_;
  }

  struct Level {
    std::vector<double> value;
    std::vector<std::uint8_t> event;
  };

  const LongData& data_;
  std::size_t visit_;
  analysis::Records records_;
  std::vector<std::span<const double>> values_;
  std::vector<std::vector<double>> rows_;
  std::vector<int> unit_arm_, crossing_;
  std::vector<double> time_, exposure_;
  std::vector<std::uint8_t> event_, competed_;
  std::vector<int> arm_;
  std::vector<Level> levels_;
  std::vector<analysis::RankedEndpoint> ranked_;
  Columns adjust_, adjust_by_visit_, strata_;
};

bool is_yes_or_no(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double x) { return x != x || x == 0 || x == 1; });
}

/// What the file holds, of which it says nothing: the method tells times and counts, and yes or no where no threshold
/// cuts a score.
analysis::Outcome outcome_of(const LongData& data, const AnalysisPlan& plan, const analysis::Method& method) {
  analysis::Outcome outcome;
  if (!data.time.empty())
    outcome.kind = OutcomeKind::survival;
  else if (method.fits.contains(OutcomeKind::count))
    outcome.kind = OutcomeKind::count;
  else if (method.responders && plan.responder_threshold == 0)
    outcome.kind = OutcomeKind::binary;
  outcome.lower_is_better = data.lower_is_better.value_or(!seen_at_visits(outcome.kind));
  const std::string& measured = data.time.empty() ? data.value : data.time;
  if (measured.empty()) return outcome;
  const std::vector<double>& values = data.outcomes.at(measured);
  outcome.unit = steps_of(values);
  if (!data.baseline.empty()) outcome.unit = common_steps(outcome.unit, steps_of(data.baseline));
  if (outcome.kind == OutcomeKind::binary && !is_yes_or_no(values))
    throw InvalidInput(explain("'" + plan.method + "' needs outcomes of 0 and 1",
                               "the data hold a score, and no threshold says who responds",
                               "add responder_threshold to the analysis '" + plan.name + "'" +
                                   (data.baseline.empty() ? ", and data.baseline" : "")));
  return outcome;
}

void check_visits(const LongData& data) {
  if (data.visits.size() > static_cast<std::size_t>(analysis::most_repeated_visits))
    throw InvalidInput(explain("there are " + std::to_string(data.visits.size()) + " visits",
                               "a mixed model takes at most " + std::to_string(analysis::most_repeated_visits),
                               "choose some of them with data.where"));
}

/// The order of visits matters where the covariance says so, and their times for the spatial one.
void check_order(const LongData& data, const analysis::Options& options) {
  const auto& tried = options.covariances;
  const auto spatial = std::find(tried.begin(), tried.end(), analysis::CovarianceStructure::spatial_exponential);
  if (spatial != tried.end() && data.visit_months.empty())
    throw InvalidInput(explain("the visits have no times", "spatial-exponential depends on them",
                               "name their column in data.visit_months"));
  const auto ordered = std::find_if(tried.begin(), tried.end(), analysis::depends_on_order);
  if (ordered == tried.end() || data.visits_have_order) return;
  std::string order;
  for (const std::string& visit : data.visits) order += (order.empty() ? "" : ", ") + visit;
  throw InvalidInput(explain("the visits have no order",
                             std::string(covariance_names[static_cast<std::size_t>(*ordered)]) +
                                 " depends on it, and their names would be taken as " + order,
                             "list them in data.visit_order, or name the column of their times in data.visit_months"));
}

/// "sex female, male".
std::string text_of(const Subgroup& group) {
  std::string text = group.covariate;
  for (std::size_t k = 0; k < group.levels.size(); ++k) text += (k == 0 ? " " : ", ") + group.levels[k];
  return text;
}

std::string hypothesis_text(const analysis::Hypothesis& hypothesis, const analysis::Method& method, double against) {
  std::string text(name_of(static_cast<AnalysisPlan::Hypothesis>(hypothesis.aim)));
  if (method.single_arm && !method.paired) text += " against " + shortest_text(against);
  if (hypothesis.margin > 0) text += " by a margin of " + shortest_text(hypothesis.margin);
  if (hypothesis.posterior)
    text += ", posterior probability " + shortest_text(hypothesis.posterior->threshold);
  else if (two_sided(hypothesis))
    text += ", two-sided " + shortest_text(hypothesis.alpha);
  else
    text += ", one-sided " + shortest_text(hypothesis.alpha / hypothesis.sides);
  if (method.wins) return text;
  return text + (hypothesis.better == analysis::Better::lower ? ", lower is better" : ", higher is better");
}

std::string measure_of(const analysis::Method& method) {
  if (method.paired) return std::string(name_of(method.scale)) + " from the baseline";
  if (!method.single_arm) return std::string(name_of(method.scale));
  return method.scale == EffectScale::risk_difference ? "share minus the fixed one" : "mean minus the fixed value";
}

std::string conclusion_of(const analysis::Decision& decision, const analysis::Hypothesis& hypothesis) {
  using analysis::Aim;
  if (hypothesis.aim == Aim::non_inferiority) return decision.rejected ? "non-inferior" : "non-inferiority not shown";
  if (hypothesis.aim == Aim::equivalence) return decision.rejected ? "equivalent" : "equivalence not shown";
  if (hypothesis.margin > 0)
    return decision.rejected ? "superior by the margin" : "superiority by the margin not shown";
  if (!decision.rejected) return "no difference shown";
  return decision.favourable ? "different, in the good direction" : "different, in the bad direction";
}

struct ContrastRow {
  std::string contrast, visit;
  bool primary;
  Estimate estimate;
  analysis::Decision decision;
  std::string conclusion;
};

Table contrast_table(const std::vector<ContrastRow>& rows, bool ratios) {
  Table table{"/analysis/contrasts", "Each arm against the reference, or a single arm against a fixed value", {}};
  const Columns column(table, rows);
  using Row = ContrastRow;
  column("contrast", "", "arm - reference, or arm - fixed value", &Row::contrast);
  column("visit", "", "visit", &Row::visit);
  column("analysed", "patients", "analysed, of the arms that are compared",
         [](const Row& row) { return row.estimate.patients; });
  column("estimate", "of the method", "estimate of the effect", [](const Row& row) { return row.estimate.estimate; });
  column("se", "of the method", "its standard error", [](const Row& row) { return row.estimate.se; });
  column("df", "1", "degrees of freedom; infinite for a normal reference",
         [](const Row& row) { return row.estimate.df; });
  column("statistic", "1", "test statistic against the null of the hypothesis",
         [](const Row& row) { return row.decision.statistic; });
  column("p", "1", "p-value of the hypothesis", [](const Row& row) { return row.decision.p; });
  column("lower", "of the method", "lower limit of the interval", [](const Row& row) { return row.estimate.lower; });
  column("upper", "of the method", "upper limit of the interval", [](const Row& row) { return row.estimate.upper; });
  if (ratios) {
    column("ratio", "1", "the effect as a ratio", [](const Row& row) { return std::exp(row.estimate.estimate); });
    column("ratio_lower", "1", "its lower limit", [](const Row& row) { return std::exp(row.estimate.lower); });
    column("ratio_upper", "1", "its upper limit", [](const Row& row) { return std::exp(row.estimate.upper); });
  }
  column("primary", "", "the primary visit", &Row::primary);
  column("conclusion", "", "what follows from the hypothesis", &Row::conclusion);
  return table;
}

struct Moments {
  std::int64_t n = 0;
  double mean = missing, sd = missing;
};

Moments moments_of(std::span<const double> values, std::span<const int> arms, int arm) {
  Moments moments;
  double sum = 0, squares = 0;
  const auto each = [&](auto use) {
    for (std::size_t i = 0; i < values.size(); ++i)
      if (arms[i] == arm && values[i] == values[i]) use(values[i]);
  };
  each([&](double x) { ++moments.n, sum += x; });
  if (moments.n == 0) return moments;
  const auto n = static_cast<double>(moments.n);
  moments.mean = sum / n;
  each([&](double x) { squares += (x - moments.mean) * (x - moments.mean); });
  if (moments.n > 1) moments.sd = std::sqrt(squares / (n - 1));
  return moments;
}

/// Whether the interval says otherwise than a test of no effect that is not its own, as it may near the boundary.
bool disagree(const Estimate& estimate, const analysis::Decision& decision, const analysis::Hypothesis& hypothesis) {
  if (!estimate.ok() || estimate.reference == analysis::Reference::wald || !two_sided(hypothesis)) return false;
  return (estimate.lower > 0 || estimate.upper < 0) != decision.rejected;
}

/// Why the contrast of an arm at a visit has no estimate. An arm without any outcome at a visit is named: a mixed model
/// calls its design singular there, and with a covariance for each arm finds none that the data determine.
std::string reason_of(analysis::Failure failure, const LongData& data, analysis::Analysis& analysis, std::size_t visit,
                      std::size_t arm) {
  const analysis::Mmrm* model = analysis.mixed_model();
  const bool fitted = model && model->result().ok();
  if (fitted ? failure != analysis::Failure::singular_design : !model || !model->model().covariance_per_arm)
    return name_of(failure);
  const analysis::Dataset& seen = analysis.dataset();
  const std::size_t n = seen.arm.size();
  for (std::size_t v = 0; v < data.visits.size(); ++v)
    for (std::size_t a = 0; a < data.arms.size(); ++a) {
      if (fitted && (v != visit || (a != 0 && a != arm))) continue;
      if (moments_of(seen.repeated.subspan(v * n, n), seen.arm, static_cast<int>(a)).n == 0)
        return "nobody in " + data.arms[a] + " has a value at visit " + data.visits[v];
    }
  return name_of(failure);
}

/// The means of clusters under either arm, in each period of a stepped wedge.
template <class Add>
void rows_of_periods(const LongData& data, const analysis::Dataset& seen, const Add& add) {
  const std::size_t n = seen.arm.size();
  std::vector<int> under(n);
  for (std::size_t v = 0; v < data.visits.size(); ++v) {
    for (std::size_t i = 0; i < n; ++i) under[i] = static_cast<int>(v) >= seen.crossing[i];
    for (int a = 0; a < 2; ++a) add(static_cast<std::size_t>(a), v, moments_of(seen.means.subspan(v * n, n), under, a));
  }
}

/// Means of what is compared, as observed and from the model.
Table means_table(const LongData& data, analysis::Analysis& analysis, std::size_t primary) {
  struct Row {
    std::string arm, visit;
    Moments moments;
    double ls_mean, ls_mean_se;
  };
  std::vector<Row> rows;
  const analysis::Dataset& seen = analysis.dataset();
  analysis::Mmrm* model = analysis.mixed_model();
  std::vector<Estimate> adjusted(data.arms.size()), contrasts(contrasts_of(data.arms.size()));
  if (analysis.method().fit == &analysis::fit_ancova) {
    analysis::Workspace workspace;
    analysis::ancova(seen, {}, workspace, contrasts, adjusted);
  }
  const bool steps = analysis.method().units == analysis::Method::Units::steps;
  if (steps)
    rows_of_periods(data, seen, [&](std::size_t a, std::size_t v, const Moments& moments) {
      rows.push_back({data.arms[a], data.visits[v], moments, missing, missing});
    });
  for (std::size_t v = model ? 0 : primary; !steps && v < (model ? data.visits.size() : primary + 1); ++v)
    for (std::size_t a = 0; a < data.arms.size(); ++a) {
      const std::size_t n = seen.arm.size();
      const Moments moments =
          moments_of(model ? seen.repeated.subspan(v * n, n) : seen.outcome, seen.arm, static_cast<int>(a));
      if (model && model->result().ok()) {
        const auto mean = model->mean(static_cast<int>(v), static_cast<int>(a), analysis::MmrmMargin::observed);
        rows.push_back({data.arms[a], data.visits[v], moments, mean.estimate, mean.se});
      } else {
        rows.push_back({data.arms[a], data.visits[v], moments, adjusted[a].estimate, adjusted[a].se});
      }
    }
  Table table{"/analysis/arms", "Outcomes of each arm, as they are analysed", {}};
  const Columns column(table, rows);
  column("arm", "", "arm", &Row::arm);
  column("visit", "", "visit", &Row::visit);
  column("n", "patients", "with the outcome", [](const Row& row) { return row.moments.n; });
  column("mean", "of the outcome", "mean of them", [](const Row& row) { return row.moments.mean; });
  column("sd", "of the outcome", "their standard deviation", [](const Row& row) { return row.moments.sd; });
  column("ls_mean", "of the outcome", "least-squares mean, covariates at their means; missing without a model",
         &Row::ls_mean);
  column("ls_mean_se", "of the outcome", "its standard error", &Row::ls_mean_se);
  return table;
}

/// Events and follow-up of the analysed patients; and what a difference of curves is made of.
Table events_table(const LongData& data, const analysis::Analysis& analysis) {
  using Horizon = analysis::Method::Horizon;
  const analysis::Dataset& seen = analysis.dataset();
  const Horizon horizon = analysis.method().horizon;
  analysis::Workspace workspace;
  struct Row {
    std::string arm;
    std::int64_t n = 0;
    double events = 0, competing = 0, follow_up = 0;
    double height = missing, height_se = missing;
    analysis::SurvivalLimits limits = {};
  };
  std::vector<Row> rows;
  std::vector<int> arm_if_complete(seen.arm.size());
  seen.complete_arms(arm_if_complete);
  for (std::size_t a = 0; a < data.arms.size(); ++a) {
    Row& row = rows.emplace_back(Row{data.arms[a]});
    for (std::size_t i = 0; i < seen.arm.size(); ++i) {
      if (arm_if_complete[i] != static_cast<int>(a)) continue;
      ++row.n;
      row.events += seen.time.empty() ? seen.outcome[i] : seen.event[i];
      row.competing += seen.competed.empty() ? 0 : seen.competed[i];
      row.follow_up += !seen.time.empty() ? seen.time[i] : seen.exposure.empty() ? 1 : seen.exposure[i];
    }
    if (horizon == Horizon::none) continue;
    if (analysis.method().competing) {
      const analysis::IncidenceCurve curve =
          analysis::incidence_curve(seen, static_cast<int>(a), analysis.options().horizon, workspace);
      if (curve.failure != analysis::Failure::none) continue;
      row.height = curve.incidence;
      row.height_se = std::sqrt(curve.variance);
      continue;
    }
    const analysis::SurvivalCurve curve =
        analysis::survival_curve(seen, static_cast<int>(a), analysis.options().horizon, workspace);
    if (curve.failure != analysis::Failure::none) continue;
    row.height = horizon == Horizon::tau ? curve.area : curve.survival;
    row.height_se = std::sqrt(horizon == Horizon::tau ? curve.area_variance : curve.survival_variance);
    row.limits = analysis::survival_limits(curve, analysis.options().limits,
                                           workspace.critical_value(analysis::normal_df, 1 - analysis.level()));
  }
  Table table{"/analysis/arms", "Events of each arm", {}};
  const Columns column(table, rows);
  column("arm", "", "arm", &Row::arm);
  column("n", "patients", "analysed", &Row::n);
  column("events", "events", "of them", &Row::events);
  if (!seen.competed.empty())
    column("competing_events", "events", "others, after which the event cannot happen", &Row::competing);
  column("follow_up", "of the data", "sum of their times, or exposures", &Row::follow_up);
  if (horizon == Horizon::tau) {
    column("restricted_mean", "of the data", "mean time without the event up to the time looked at", &Row::height);
    column("restricted_mean_se", "of the data", "its standard error", &Row::height_se);
  } else if (analysis.method().competing && horizon == Horizon::at) {
    column("incidence", "share", "with the event at the time looked at", &Row::height);
    column("incidence_se", "share", "its standard error", &Row::height_se);
  } else if (horizon == Horizon::at) {
    column("survival", "share", "without the event at the time looked at", &Row::height);
    column("survival_se", "share", "its standard error", &Row::height_se);
    column("survival_lower", "share", "limit of its interval", [](const Row& row) { return row.limits.lower; });
    column("survival_upper", "share", "limit of its interval", [](const Row& row) { return row.limits.upper; });
  }
  return table;
}

Table covariance_table(const LongData& data, const analysis::Mmrm& model) {
  struct Row {
    std::string group, visit, other_visit;
    double covariance;
  };
  std::vector<Row> rows;
  const int groups = model.model().covariance_per_arm ? static_cast<int>(data.arms.size()) : 1;
  for (int g = 0; g < groups; ++g) {
    const Eigen::MatrixXd sigma = model.covariance(g);
    for (Eigen::Index i = 0; i < sigma.rows(); ++i)
      for (Eigen::Index j = 0; j < sigma.cols(); ++j)
        rows.push_back({groups > 1 ? data.arms[static_cast<std::size_t>(g)] : "all",
                        data.visits[static_cast<std::size_t>(i)], data.visits[static_cast<std::size_t>(j)],
                        sigma(i, j)});
  }
  Table table{"/analysis/covariance", "Covariance of the outcomes between visits", {}};
  const Columns column(table, rows);
  column("group", "", "arm, or all", &Row::group);
  column("visit", "", "visit", &Row::visit);
  column("other_visit", "", "visit", &Row::other_visit);
  column("covariance", "of the outcome, squared", "their covariance", &Row::covariance);
  return table;
}

void describe_mixed_model(const LongData& data, const AnalysisPlan& plan, const analysis::Mmrm& model,
                          DataAnalysis& found) {
  const analysis::MmrmFit& fit = model.result();
  const auto name = [](analysis::CovarianceStructure structure) {
    return std::string(covariance_names[static_cast<std::size_t>(structure)]);
  };
  for (const analysis::MmrmAttempt& attempt : fit.attempts)
    if (attempt.failure != analysis::MmrmFailure::none)
      found.notes.push_back(name(attempt.structure) + " failed: " + analysis::name_of(attempt.failure));
  if (!fit.ok()) return;
  found.method += ", " + name(fit.structure) + ", " + plan.df;
  found.minus_two_log_likelihood = fit.minus_two_log_likelihood;
  found.covariance = covariance_table(data, model);
  if (fit.aliased > 0)
    found.notes.push_back(std::to_string(fit.aliased) +
                          " columns of the design were dropped: earlier ones determine them");
  if (fit.without_outcome > 0)
    found.notes.push_back(std::to_string(fit.without_outcome) + " patients without any outcome were left out");
  if (fit.without_covariate > 0)
    found.notes.push_back(std::to_string(fit.without_covariate) + " patients without a covariate were left out");
}

std::string text_of(const FlemingHarrington& weight) {
  return "[" + shortest_text(weight.rho) + ", " + shortest_text(weight.gamma) + "]";
}

/// What the name of the method does not say: its weights, its time.
std::string details_of(const AnalysisPlan& plan, const analysis::Method& method) {
  using Method = analysis::Method;
  std::string text;
  for (const FlemingHarrington& weight : plan.weights) text += (text.empty() ? " of " : ", ") + text_of(weight);
  if (method.horizon == Method::Horizon::tau) return " up to " + shortest_text(plan.tau_months);
  if (method.horizon == Method::Horizon::at) return " at " + shortest_text(plan.at_months);
  return text;
}

/// What a look of a trial under way needs to know of a contrast.
void take_look(const analysis::Analysis& analysis, const Estimate& estimate, DataAnalysis& found) {
  const double z = analysis::normal_score(analysis.standing(estimate));
  if (!std::isnan(z)) found.z = z;
  if (estimate.se > 0) found.information = 1 / (estimate.se * estimate.se);
  const analysis::Dataset& seen = analysis.dataset();
  if (seen.time.empty()) return;
  found.events = std::accumulate(seen.event.begin(), seen.event.end(), 0.0);
  found.follow_up = std::accumulate(seen.time.begin(), seen.time.end(), 0.0);
}

}  // namespace

DataAnalysis analyze(const LongData& data, const AnalysisPlan& plan, double alpha, int sides) {
  const analysis::Method& method = *analysis::find_method(plan.method);
  const analysis::Outcome outcome = outcome_of(data, plan, method);
  const DataRecords records(data, plan);
  const std::size_t primary = records.view().visit;
  analysis::Analysis analysis(plan, outcome, alpha, sides);
  if (method.repeated) {
    check_visits(data);
    check_order(data, analysis.options());
  }
  const bool compares_levels = !plan.interaction.empty();
  DataAnalysis found;
  std::vector<analysis::Result> of_levels;
  if (compares_levels) of_levels = records.interaction(plan.interaction, analysis, found.analysed);
  const std::span<const analysis::Result> results =
      compares_levels ? std::span<const analysis::Result>(of_levels) : analysis.run(records.view());

  found.name = plan.name;
  found.method = plan.method + details_of(plan, method);
  found.measure = measure_of(method);
  found.notes = data.notes;
  found.hypothesis = hypothesis_text(analysis.hypothesis(), method, plan.against);
  found.patients = records.view().arm.size();
  if (!data.clusters.empty())
    found.notes.push_back("what is counted are clusters: " + std::to_string(data.clusters.size()) + ", with " +
                          std::to_string(data.patients.size()) + " patients");
  if (!data.competing.empty() && !records.view().competed.empty() && !method.competing)
    found.notes.emplace_back("other events count as the end of observation (cause-specific)");
  found.arms_compared = data.arms.size();
  found.level = analysis.level();
  for (const Subgroup& group : plan.where) found.notes.push_back("patients with " + text_of(group));
  if (compares_levels) {
    const std::vector<std::string>& levels = data.covariate(plan.interaction).levels;
    found.notes.push_back("the effect in " + plan.interaction + " " + levels[1] + " less that in " + levels[0]);
  } else {
    for (const int patients : analysis.analysed()) found.analysed += static_cast<std::size_t>(patients);
  }
  if (results.front().ok() && !compares_levels) take_look(analysis, results.front().estimate, found);
  analysis::Mmrm* model = compares_levels ? nullptr : analysis.mixed_model();
  if (model) describe_mixed_model(data, plan, *model, found);
  const bool fell_back = !model && std::any_of(results.begin(), results.end(),
                                               [](const auto& result) { return result.estimate.fallback; });
  if (fell_back || plan.firth == AnalysisPlan::Firth::always) found.method += ", Firth's penalised likelihood";
  if (fell_back) found.notes.emplace_back("the likelihood has no maximum; the declared fallback takes its place");
  if (plan.hierarchy.empty() && !compares_levels)
    found.arms = seen_at_visits(outcome.kind) ? means_table(data, analysis, primary) : events_table(data, analysis);
  std::vector<ContrastRow> contrasts;
  const auto name = [&](std::size_t arm) {
    return data.arms[arm] + " - " +
           (method.paired       ? "baseline"
            : method.single_arm ? shortest_text(plan.against)
                                : data.arms[0]);
  };
  for (std::size_t v = model ? 0 : primary; v < (model ? data.visits.size() : primary + 1); ++v)
    for (std::size_t c = 0; c < results.size(); ++c) {
      const std::size_t a = arm_of_contrast(c, data.arms.size());
      Estimate estimate = results[c].estimate;
      analysis::Decision decision = results[c];
      if (v != primary) {
        estimate = analysis::contrast_at(*model, static_cast<int>(v), static_cast<int>(a));
        estimate.patients = results[c].estimate.patients;
        decision = analysis.decide(estimate);
      }
      if (estimate.chosen < 0 && disagree(estimate, decision, analysis.hypothesis()))
        found.notes.push_back(name(a) +
                              ": p and interval disagree (the test asks what is seen under no effect, the interval "
                              "is made in another way) the conclusion is that of p");
      if (estimate.chosen >= 0)
        found.notes.push_back(name(a) + ": the largest statistic is that of " +
                              text_of(plan.weights[static_cast<std::size_t>(estimate.chosen)]) +
                              ", whose estimate is printed; p is adjusted for the choice, the interval is not");
      contrasts.push_back({name(a), data.visits[v], v == primary, estimate, decision,
                           decision.failure == analysis::Failure::none
                               ? conclusion_of(decision, analysis.hypothesis())
                               : "none: " + reason_of(decision.failure, data, analysis, v, a)});
    }
  found.contrasts = contrast_table(contrasts, is_log_ratio(method.scale));
  if (std::none_of(results.begin(), results.end(), [](const auto& result) { return result.ok(); }))
    found.failure =
        explain("'" + plan.method + "' gives no estimate",
                reason_of(results.front().failure, data, analysis, primary, arm_of_contrast(0, data.arms.size())),
                "look at the data, or declare another analysis");
  if (method.bayes) found.notes.push_back("p is the posterior probability that the effect is not beyond the margin");
  return found;
}

}  // namespace vcohort
