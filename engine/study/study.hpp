#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/study/beside_cells.hpp"
#include "engine/study/claim.hpp"
#include "engine/study/policy_question.hpp"
#include "engine/study/sweep.hpp"
#include "engine/study/trial_design.hpp"

/// The plain structs of a study, as validated. No parser and no file format: io/study fills them, with every default,
/// and refuses what makes no sense, so that the engine may trust them.
namespace vcohort {

enum class Cell : std::uint8_t { msc, nsc, mnc, cb };
enum class Route : std::uint8_t { intravenous, intrathecal, intranasal, intraventricular };
enum class DoseUnit : std::uint8_t { per_kg, cells, reference_doses };
enum class CellSource : std::uint8_t { allogeneic, autologous };
inline constexpr int cell_types = 4;
inline constexpr int routes = 4;

const char* name_of(Cell);          // "MSC", "NSC", "MNC", "CB"
const char* name_of(Route);         // "intravenous", ...
const char* name_of(DoseUnit);      // "per_kg", "cells", "reference_doses"
const char* name_of(CellSource);    // "allogeneic", "autologous"
const char* gmfcs_name(int level);  // "I".."V"

/// Half-open interval [low, high).
struct Interval {
  double low = 0;
  double high = 0;
};

/// A distribution of a continuous covariate, as a study writes it.
struct Distribution {
  enum class Kind : std::uint8_t { fixed, uniform, normal, lognormal, triangular, bands } kind = Kind::fixed;
  double value = 0;                    // fixed
  double low = 0, high = 0, mode = 0;  // uniform, triangular; bounds of a truncated normal or lognormal
  double mean = 0, sd = 0;             // normal
  double median = 0, sigma = 0;        // lognormal
  std::vector<Interval> bands;         // bands, uniform within each
  std::vector<double> shares;          // of the bands; sum to one
};

const char* name_of(Distribution::Kind);  // "fixed", "uniform", ...

/// What a child must show at screening to be enrolled; absent means no condition. Scores are the observed baseline.
struct Eligibility {
  std::optional<Interval> age_years;
  std::optional<std::array<bool, gmfcs_levels>> gmfcs;
  std::optional<Interval> gmfm66;
  std::optional<Interval> gmfm88;
  std::optional<std::array<bool, motor_types>> motor_type;
  std::optional<std::array<bool, topographies>> topography;
};

struct Population {
  std::int64_t size = 0;  // patients who meet the eligibility
  Distribution age_years;
  std::array<double, gmfcs_levels> gmfcs{};  // shares, sum to one
  Eligibility eligibility;
  std::vector<Rehabilitation> rehabilitation = {};  // of every child, under every strategy
};

/// How the cells are given: from `start_months` after baseline on, infusions of a course `interval_days` apart, courses
/// `course_interval_days` from start to start.
struct Regimen {
  double dose = 0;  // per infusion, in `dose_unit`
  DoseUnit dose_unit = DoseUnit::per_kg;
  int infusions = 1;
  double interval_days = 0;
  int courses = 1;
  double course_interval_days = 0;
  double start_months = 0;         // first infusion, since baseline
  bool immunosuppression = false;  // short immunosuppression around the infusions, to help engraftment
  bool steroids = false;           // a steroid given with each infusion
  enum class Tolerance : std::uint8_t {
    ignore,
    stop,
    halve
  } tolerance = Tolerance::ignore;  // after a grade 2+ related event

  int total_infusions() const { return infusions * courses; }
};

const char* name_of(Regimen::Tolerance);  // "ignore", "stop", "halve"

/// What may be measured at baseline to choose between two strategies: systemic inflammation [SD], white matter injury
/// as imaging shows it (1, else 0), the favourable genotype (1, else 0).
enum class Marker : std::uint8_t { inflammation, white_matter, genotype };
const char* name_of(Marker);

struct Strategy;

/// A choice that is made for each patient at baseline: the first option where the measured marker, the true one plus a
/// normal error, is at or above the threshold, else the second one.
struct Choice {
  Marker marker = Marker::inflammation;
  double error_sd = 0;            // of the measurement, in units of the marker
  double threshold = 0;           // likewise
  std::vector<Strategy> options;  // two strategies of the study, neither of them a choice
};

/// What a patient receives: cells by a route under a regimen, rehabilitation and a procedure, beside cells or without
/// them, usual care where there is nothing of it, or one of two other strategies.
struct Strategy {
  std::string name;
  std::optional<Choice> choice;  // present: the rest is meaningless, and `cells` is false
  std::vector<Rehabilitation> rehabilitation = {};
  std::optional<ProcedureUse> procedure = {};
  std::optional<StrategyEligibility> eligibility = {};  // of strategies without cells
  bool cells = false;                                   // false: the rest is meaningless
  Cell cell = Cell::msc;
  Route route = Route::intravenous;
  CellSource source = CellSource::allogeneic;
  Regimen regimen;
};

/// A dimension of a stratification: ordered bins of one baseline variable.
struct StratumDimension {
  enum class Variable : std::uint8_t {
    age_years,
    gmfcs,
    gmfm66,
    gmfm88,
    injury,
    motor_type,
    sex,
    genotype,
    immune_suppressed,
    inflammation,
    months_since_injury,  // children injured after the neonatal period only; the others are in no bin
    topography,
    eligibility  // no key of a study: one bin, of the children who may have a strategy
  } variable;
  std::vector<Interval> intervals;       // of age_years, gmfm66, gmfm88, inflammation, months_since_injury
  std::vector<std::vector<int>> groups;  // of the categorical variables: category indices of each bin
  std::vector<std::string> names;        // of the bins
  StrategyEligibility eligible = {};     // of the variable of this name
};

/// Strata are the product of the dimensions plus all their margins. A study may have several, each with a name.
struct Stratification {
  std::string name;
  std::vector<StratumDimension> dimensions;
};

struct Outcomes {
  std::vector<double> visits_months;   // ascending, each positive
  std::vector<std::string> endpoints;  // names of engine/outcome
};

struct CohortQuestion {
  int reference = 0;  // index of the strategy that increments are taken against
  bool save_patients = false;
};

/// A study may replace a parameter of its evidence, and must say why.
struct Override {
  std::string parameter;
  double value = 0;
  std::string source;
};

struct Study {
  std::string title = "untitled";
  std::vector<std::string> stances = {"sceptical"};  // names of the evidence, one scenario each
  bool uncertain_parameters = false;
  std::uint64_t seed = 0;
  Population population;
  std::vector<Strategy> strategies;
  std::vector<Stratification> stratifications;
  Outcomes outcomes;
  std::vector<Override> overrides;
  std::optional<CohortQuestion> cohort;
  std::optional<TrialQuestion> trial;
  std::optional<PolicyQuestion> policy;
  std::optional<DataModel> data_model;
  std::optional<DataColumns> data;
  std::optional<Claim> claim;
  std::vector<SweepAxis> sweep;
  bool is_compared = false;  // a setting of a sweep that compares: what differences need is kept of every replicate
  std::string mark;          // of a setting of a sweep: "#0007", behind the name of its stance in that of a scenario
};

}  // namespace vcohort
