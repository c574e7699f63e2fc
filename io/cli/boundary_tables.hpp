#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/analysis/boundaries/inference.hpp"
#include "engine/analysis/boundaries/running.hpp"
#include "engine/numeric/table.hpp"

/// What `vcohort boundaries` shows, as tables, sentences and JSON. Not-a-number stands where a look has no bound.
namespace vcohort {

/// A design, and the drift under which its looks are shown.
struct ShownDesign {
  boundaries::Design design;
  boundaries::Calibrated planned;
  double drift = 0;
};

/// The drift of an effect of one, where the planned maximum of information, 1 / SE^2, is known.
std::optional<double> drift_per_effect(const Looks&);

/// "efficacy", "harm", "futility" or "go on".
std::string word_of(boundaries::Decision);

/// One row per planned look: bounds, what is spent, and the probabilities to stop under the drift that is shown.
Table planned_looks(const ShownDesign&);

/// What is known of a running trial today.
struct Today {
  boundaries::Running running;
  std::optional<boundaries::Inference> inference;  // after a stop
  /// While it may go on: the probability that a later look shows a benefit.
  struct Outlook {
    double trend = 0, null = 0, design = 0, predictive = 0;
  };
  std::optional<Outlook> outlook;
};

Today today_of(const ShownDesign&);

/// One row per look, those that were taken first: today's bounds, z and decisions.
Table running_looks(const ShownDesign&, const Today&);

std::string summary_text(const ShownDesign&);
std::string today_text(const ShownDesign&, const Today&);

/// All of it; `today` is null where no look was observed.
nlohmann::ordered_json json_of(const ShownDesign&, const Today* today);

}  // namespace vcohort
