#pragma once
#include <cstdint>
#include <optional>
#include <vector>

/// The looks of a group-sequential trial, as a study plans them. Information is a fraction of the planned maximum; the
/// drift is the expected z at that maximum.
namespace vcohort {

/// How an error probability is spent as information accrues.
struct Spending {
  enum class Kind : std::uint8_t { obrien_fleming, pocock, hwang_shih_decani, power, table };
  std::optional<Kind> kind = {};   // absent: nothing is spent by a function
  double gamma = 0;                // hwang-shih-decani
  double rho = 0;                  // power
  std::vector<double> table = {};  // cumulative, at the planned looks
};

/// When a look shows a benefit.
struct EfficacyRule {
  enum class Boundary : std::uint8_t { obrien_fleming, pocock, wang_tsiatis, haybittle_peto };
  std::optional<Boundary> boundary;  // this, or `spending`
  double delta = 0.25;               // wang-tsiatis: 0 is O'Brien-Fleming, 0.5 Pocock
  double z = 3;                      // haybittle-peto: before the last look
  Spending spending;                 // of alpha; a table ends at the alpha of the trial
  std::vector<std::int64_t> looks;   // from 1, that may stop for efficacy; empty: all
};

/// Stops for futility, in the direction of no benefit: one rule. Lists have a value for each interim look, not-a-number
/// where there is no stop.
struct FutilityRule {
  enum class Drift : std::uint8_t { trend, null, design };
  std::vector<double> z;
  Spending spending;                      // of beta, 1 - power
  std::vector<std::int64_t> looks;        // of spending: from 1, that may stop for futility; empty: all interim looks
  std::vector<double> conditional_power;  // of a significant last look ...
  Drift drift = Drift::trend;             // ... under the drift that is seen, none, or that of the design
  std::vector<double> predictive_power;   // likewise, averaged over what is known of the drift
  double prior_mean = 0, prior_sd = 0;    // of the drift before the trial; sd 0: flat
  bool binding = false;                   // whether the level counts on the stops
};

/// A look of a running trial.
struct ObservedLook {
  double information = 0;  // fraction of the planned maximum, above 1 where the trial has overrun
  double z = 0;            // above 0: in favour of the treatment
  bool final = false;      // no other look will follow
};

/// An event-driven trial on the day on which the looks to come are forecast. What is absent is counted in a data file.
struct TrialToday {
  double months = 0;         // since the first day of accrual
  std::int64_t at_risk = 0;  // followed, without an event
  std::optional<std::int64_t> enrolled = {}, events = {};
  std::optional<double> followed_months = {};  // patient-months of all who were enrolled, to event, loss or today
};

struct Looks {
  using Efficacy = EfficacyRule;
  using Futility = FutilityRule;
  using Observed = ObservedLook;

  std::vector<double> information;  // planned, ascending in (0, 1]; the last is 1
  Efficacy efficacy;
  std::optional<Futility> futility;
  double power = 0.9;  // of the design: its drift, and what beta is
  enum class Timing : std::uint8_t { primary_outcome, enrolled, events, months, information };
  Timing timing = Timing::primary_outcome;  // what the fractions count
  double maximum = 0;                       // information 1/SE^2 at fraction 1; 0: not given
  std::vector<Observed> observed;           // of a running trial, ascending in information
  std::optional<TrialToday> today = {};     // of a running trial
  enum class LastSpends : std::uint8_t { rest, function };
  LastSpends last_spends = LastSpends::rest;  // at a last look whose information is not the planned one
};

}  // namespace vcohort
