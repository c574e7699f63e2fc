#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/study/beside_cells.hpp"
#include "engine/study/data_covariates.hpp"
#include "engine/study/fleming_harrington.hpp"
#include "engine/study/looks.hpp"
#include "engine/study/outcome_kind.hpp"

/// The trial that a study asks about, and the data model that may replace the disease model. Plain structs, as
/// validated.
namespace vcohort {

/// A strategy, or an arm of the data model, inside a trial.
struct Arm {
  std::string name;  // of the strategy, or of the data model's arm
  int strategy = 0;  // index into Study::strategies; into DataModel::arms where there is a data model
  int ratio = 1;     // whole numbers, for blocks
  std::optional<std::string> crossover_to;  // crossover and delayed start: the arm, or strategy, that follows ...
  double crossover_months = 0;              // ... from this time on
};

struct Randomisation {
  enum class Method : std::uint8_t {
    simple,
    permuted_block,
    minimisation,
    biased_coin,
    urn
  } method = Method::permuted_block;
  int block = 4;  // patients per permuted block: a multiple of the sum of ratios
  std::vector<std::string>
      stratify;  // covariates: gmfcs, age_years (with cuts), sex, ...; blocks or margins are kept per level
  std::vector<double> age_cuts;    // years, where age_years is among them
  double probability = 0.8;        // minimisation: of the arm that balances best; biased coin: of the arm behind
  int urn_start = 1, urn_add = 1;  // Wei's urn: balls per arm at the start, and added to the other arms
};

struct Accrual {
  enum class Kind : std::uint8_t { constant, poisson } kind = Kind::constant;
  /// Rate per month from `from_months` on; a ramp or a piecewise profile has several. The last one holds for ever.
  struct Piece {
    double from_months = 0;
    double per_month = 0;
  };
  std::vector<Piece> pieces;  // a ramp is linear between pieces when `linear`; empty: everybody is randomised at once
  bool linear = false;
};

/// Drop-out: cumulative shares of lost patients at times, between which the hazard is constant; or one hazard at all
/// times.
struct Dropout {
  std::vector<double> months;
  std::vector<double> share;
  double per_month = 0;  // the hazard, where there are no `months`
  enum class Mechanism : std::uint8_t { mcar, mar, mnar } mechanism = Mechanism::mcar;
  double odds_ratio_per_sd =
      1;  // mar: per SD that the last observed change is worse; mnar: of the change that would be seen next
  std::vector<double> arm_odds_ratio;  // per arm; empty: all one
};

/// Something that happens after randomisation and changes what the outcome means (ICH E9(R1)).
struct IntercurrentEvent {
  enum class Kind : std::uint8_t {
    discontinuation,
    missed_infusion,
    adverse_event,
    rescue
  } kind = Kind::discontinuation;
  double share = 0;  // discontinuation, rescue: of patients by the last visit; missed_infusion: of infusions;
                     // adverse_event: unused, the model says who has one
  std::vector<double> arm_share;  // per arm, instead of `share`
  double effect = 0;              // rescue: points gained from it
  enum class Strategy : std::uint8_t {
    treatment_policy,
    hypothetical,
    while_on_treatment,
    composite
  } strategy = Strategy::treatment_policy;
};

/// One endpoint of a hierarchy, the most important first: of a simulated trial an endpoint, of a data file its columns.
struct HierarchyLevel {
  std::string endpoint;               // of a simulated trial
  double visit_months = 0;            // of a simulated trial, where the endpoint is seen at visits
  bool change_from_baseline = false;  // of a simulated trial
  std::string value;                  // of a score, or the time to an event where `event` names a column
  std::string event;                  // empty: a score
  double smallest_win = 0;            // a difference of at most this is a tie
  bool lower_is_better = false;       // of a time: an unwanted event
};

/// The patients of some levels of a covariate.
struct Subgroup {
  std::string covariate;
  std::vector<std::string> levels;
};

/// An analysis of a trial's data. Knows nothing of how the data came about.
struct AnalysisPlan {
  std::string name;         // "primary", or what the study calls it
  std::string endpoint;     // "outcome" under a data model; the value column of a data file
  double visit_months = 0;  // of a simulated trial; the end of follow-up of survival and count
  std::string visit;        // of a data file, as its visit column says it; empty: one row per patient
  std::string method;  // t, welch, ancova, mmrm, wilcoxon, van-elteren, proportional-odds, fisher, chi-square, cmh,
                       // risk-difference, logrank, fleming-harrington, max-combo, cox, rmst, kaplan-meier,
                       // negative-binomial, win-ratio, bayes, exact-binomial, one-sample-t, ...: see methods.hpp
  bool change_from_baseline = false;
  std::vector<std::string> adjust;           // baseline, age_years, gmfcs, sex, ...
  std::vector<std::string> adjust_by_visit;  // mmrm
  std::vector<std::string> stratify;         // van-elteren, cmh, log-rank tests, cox
  std::string covariance = "unstructured";   // mmrm; see covariance_names
  std::vector<std::string> fallback;         // mmrm: covariances tried in this order when a fit fails
  bool covariance_by_arm = false;
  enum class Firth : std::uint8_t { never, fallback, always } firth = Firth::never;  // proportional-odds, cox
  enum class Limits : std::uint8_t { plain, log_log } interval = Limits::plain;      // kaplan-meier
  std::string df = "satterthwaite";  // satterthwaite, kenward-roger, kenward-roger-linear, residual, normal
  enum class Hypothesis : std::uint8_t {
    superiority,
    non_inferiority,
    equivalence
  } hypothesis = Hypothesis::superiority;
  double margin = 0;            // not negative, on the scale of the estimate (logarithm of a ratio)
  double against = 0;           // the fixed value of a single arm: a share strictly between 0 and 1, or a mean
  std::vector<Subgroup> where;  // patients who are in all of them; empty: everybody
  std::string interaction;      // covariate of two levels: the effect in the second less that in the first
  std::vector<HierarchyLevel> hierarchy;  // win-ratio, instead of its endpoint
  double responder_threshold = 0;  // methods for binary outcomes on a score: better than baseline by at least this;
                                   // win-ratio on a score: a difference of at most this is a tie
  std::vector<FlemingHarrington> weights;  // fleming-harrington: one; max-combo: up to `most_weights`
  double tau_months = 0;                   // rmst: up to which times count; of a data file in the unit of its times
  double at_months = 0;                    // kaplan-meier: when survival is compared; likewise
  double prior_mean = 0, prior_sd = 0;     // bayes; sd 0: a flat prior
  double posterior_probability = 0.975;    // bayes: that the effect exceeds the margin
};

/// What is asked about a trial. With only a data file to analyse there are no arms, and what stands between them and
/// the analyses, and after `sides`, says nothing.
/// When a trial without looks is analysed, if not when everybody's follow-up has ended. A number that is not asked for
/// is 0; of several the later day, or the earlier one, counts.
struct FinalAnalysis {
  double events = 0;           // survival: of all arms
  double months = 0;           // since the first day of accrual
  double followed_months = 0;  // after the last patient was randomised
  enum class When : std::uint8_t { later, earlier };
  When when = When::later;
};

/// The true difference that a trial in the disease model is to have, arm against reference, in the primary analysis.
struct WishedEffect {
  std::string endpoint;
  double points = 0;
};

/// Trials in which not each patient is randomised to one arm. What is randomised is the unit: `sample_size`, ratios,
/// blocks and accrual count units.
struct UnitDesign {
  enum class Kind : std::uint8_t {
    crossover,     // patients, each under both arms, one after the other: the arm of a patient is the first
    cluster,       // clusters of patients
    stepped_wedge  // clusters, which leave the reference for the other arm one group after the other
  } kind = Kind::cluster;
  int cluster_size = 0;        // patients of a cluster; of each period of a stepped wedge
  double cluster_size_cv = 0;  // coefficient of variation of the sizes of clusters
  int groups = 0;              // of clusters in a stepped wedge: one less than its periods, which are the visits

  bool has_clusters() const { return kind != Kind::crossover; }
};

/// Which analyses make claims together, so that the family of them keeps the level; each by its name. A null hypothesis
/// is rejected here where its test rejects it in the better direction.
struct Multiplicity {
  enum class Rule : std::uint8_t {
    all,         // co-primary: the claim is that of all of them together, each at the whole level
    holm,        // each alone, by Holm's steps of the weights
    bonferroni,  // each alone, at its weight of the level
  } rule = Rule::all;
  std::vector<std::string> primaries;  // the primary analysis first
  std::vector<double> weights;         // holm, bonferroni: of the primaries, summing to one
  std::vector<std::string> sequence;   // tested in this order at the whole level, once all primaries are rejected, each
                                       // as long as all before it were
};

struct TrialQuestion {
  std::vector<Arm> arms;
  std::optional<UnitDesign> design;       // absent: each patient is randomised to one arm
  int reference = 0;                      // index of the arm that contrasts are taken against
  std::vector<std::int64_t> sample_size;  // total randomised, ascending
  std::int64_t replicates = 0;            // fixed number, or the cap of the stop rule
  std::optional<double> power_mcse;       // stop when the MCSE of power is below this at every sample size
  std::vector<AnalysisPlan> analyses;     // the first is primary
  double alpha = 0.05;
  int sides = 2;
  std::optional<Multiplicity> multiplicity;
  std::optional<Looks> looks;                 // absent: the trial is analysed once
  std::optional<FinalAnalysis> final;         // without looks; absent: when the trial is complete
  std::optional<WishedEffect> wished_effect;  // disease model: efficacy is scaled to it; absent: the evidence's own
  Randomisation randomisation;
  Accrual accrual;
  std::optional<Dropout> dropout;
  std::vector<IntercurrentEvent> intercurrent;
  double visit_window_days = 0;         // visits fall uniformly within +- this many days of schedule
  std::map<std::string, int> decimals;  // disease model: to which scores are recorded, by endpoint; others: as drawn
  std::vector<Rehabilitation> rehabilitation = {};  // of every arm, in place of that of the population
  double open_label_inflation = 0;  // unblinded assessors: observed effects are multiplied by 1 + this in treated arms
  std::optional<bool> save_replicates;  // absent: below ten million rows
};

/// The columns of a data file that is to be analysed: a long table, one row per patient and visit.
struct DataColumns {
  struct Filter {
    std::string column;
    std::vector<std::string> values;  // rows with one of them are kept
  };
  std::string patient;
  std::string arm;                     // empty: everybody is in one
  std::string reference;               // the value of `arm` that contrasts are taken against
  std::string visit;                   // empty: one row per patient
  std::vector<std::string> arm_order;  // of all arms; empty: as the trial lists them, or as their names order naturally
  std::vector<std::string> visit_order;  // of all visits; empty: by `visit_months`, or as their names order naturally
  std::string visit_months;              // column of the visits' times; empty: none
  std::string cluster;                   // of the patient; empty: there are no clusters
  std::string value;                     // empty: times to an event alone
  std::string time, event;               // times to an event: 1 event at `time`, 0 censored; empty: none
  std::vector<double> competing;         // values of `event` for other events, after which this one cannot happen
  std::string exposure, offset;          // of counts: time, or its logarithm; empty: 1
  std::vector<Filter> where;             // rows that are read
  std::optional<bool> lower_is_better;   // absent: true of times to an event and counts
  std::string baseline;                  // empty: none
  std::vector<std::string> categorical;  // covariates whose values are names; all others are numbers
};

/// Outcomes drawn directly: one endpoint, called "outcome", or several, each a model of its own. Then the whole has of
/// the members below the names of its arms, `endpoints` and `endpoint_correlation` alone.
struct DataModel {
  std::string name = "outcome";                  // of the endpoint
  OutcomeKind kind = OutcomeKind::score;         // a score is normal
  std::vector<double> visits_months;             // ascending, 0 is the baseline; none for survival and count
  std::vector<std::vector<double>> correlation;  // over visits; identity where not given
  struct DataArm {
    std::string name;
    std::vector<double> mean, sd;                  // normal, per visit
    std::vector<double> share;                     // binary: of events, per visit; ordinal: of categories
    std::vector<double> hazard;                    // survival: per month, piecewise from `hazard_from_months`
    std::vector<double> hazard_from_months = {0};  // ascending from 0
    double shape = 1;                 // survival, Weibull: the hazard is that number times shape months^(shape - 1)
    double cured = 0;                 // survival: the share who never have the event; the hazard is that of the others
    double rate = 0, dispersion = 0;  // count: events per month; variance = mean + dispersion mean^2
    double effect_sd = 0;   // normal, parameters uncertain: SD over replicates of a shift of all means after baseline
    double carry_over = 0;  // normal, crossover: what is left of the arm in the period after it, added to the mean
  };
  std::vector<DataArm> arms;
  double follow_up_months = 0;          // survival, count
  std::optional<bool> lower_is_better;  // absent: true of survival and count
  std::optional<int> decimals;          // normal: to which values are recorded; absent: as drawn
  std::vector<DataCovariate> covariates;
  std::vector<std::vector<double>> covariate_correlation;  // of the normals behind them; empty: independent
  std::optional<ArmNumbers> arm_numbers;  // absent: marginal, and there is no difference where no covariate has effects
  std::optional<double>
      intracluster_correlation;        // of two patients of a cluster at one visit, on the scale of the outcome
  double cluster_autocorrelation = 1;  // by what it is multiplied for patients of two periods

  std::vector<DataModel> endpoints;                       // of a model of several
  std::vector<std::vector<double>> endpoint_correlation;  // of the normals behind them; empty: independent
  /// Of one of several endpoints: the share of values after baseline that are not recorded, whatever they are; times to
  /// an event after which the patient is not followed for the others; and the endpoints, listed before, of which it is
  /// the first event.
  double missing_share = 0;
  bool ends_follow_up = false;
  std::vector<std::string> first_of;

  bool is_composite() const { return !first_of.empty(); }
};

}  // namespace vcohort
