#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/therapy/adverse_events.hpp"

/// A figure that a publication prints, and how the same figure is computed from a simulated dataset.
namespace vcohort {

/// What is looked at in each patient.
enum class FigureQuantity : std::uint8_t {
  value,                     // as the visit recorded it
  change,                    // since an earlier visit, by default the baseline
  change_above_expectation,  // change since baseline minus that of the curve of the child's level and age; gmfm66
  monthly_change,            // change per month between two visits
  related_events             // number of related adverse events until the end of follow-up
};
inline constexpr std::array<std::string_view, 5> figure_quantities = {"value", "change", "change_above_expectation",
                                                                      "monthly_change", "related_events"};

/// How the patients of an arm become one number.
enum class FigureStatistic : std::uint8_t {
  mean,
  sd,
  median,
  quantile,
  share,                    // of patients with the quantity at least, or at most, a limit
  percent_of_baseline,      // 100 mean / mean at baseline
  baseline_sds,             // mean / SD at baseline
  t,                        // mean / standard error: what a paired test looks at
  adjusted_mean,            // difference of two arms by analysis of covariance: baseline, age and level
  standardised_difference,  // of two arms: difference of means / pooled SD
  severe_share              // of patients whom CGI-S calls seriously ill at baseline
};
inline constexpr std::array<std::string_view, 11> figure_statistics = {"mean",          "sd",
                                                                       "median",        "quantile",
                                                                       "share",         "percent_of_baseline",
                                                                       "baseline_sds",  "t",
                                                                       "adjusted_mean", "standardised_difference",
                                                                       "severe_share"};

const char* name_of(FigureQuantity);
const char* name_of(FigureStatistic);

/// What a publication prints beside a figure.
struct FigureSpread {
  enum class Kind : std::uint8_t { none, sd, se, ci, iqr } kind = Kind::none;
  double low = 0;   // the SD or SE; or the lower end
  double high = 0;  // the upper end of ci and iqr
};

struct PublishedFigure {
  std::string name;
  std::string not_modelled;  // why the model cannot say anything about it; empty: it can
  std::string printed;       // the figure in words, where it is not one number

  std::string endpoint;
  std::vector<std::string> arms;    // pooled
  std::vector<std::string> versus;  // pooled; where given, the figure is the arms' statistic minus that of these
  FigureQuantity quantity = FigureQuantity::value;
  FigureStatistic statistic = FigureStatistic::mean;
  double visit_months = 0;  // 0: baseline
  double from_months = 0;   // of a change
  double quantile = 0;
  std::optional<double> at_least, at_most;  // of a share
  std::optional<EventType> event;           // of related_events: those of one type

  double value = 0;
  std::optional<std::int64_t> events;  // of a share, or of related events per patient: value is events / n
  enum class Bound : std::uint8_t { exact, lower, upper } bound = Bound::exact;  // the publication says ">=" or "<="
  FigureSpread spread;
  std::int64_t n = 0, n_versus = 0;  // patients behind it; 0: all who were observed
  std::string source;
  std::string strength;                                     // found, derived, recalled, assumed or seed
  std::vector<std::pair<std::string, std::string>> misfit;  // stance ("" is every one), reason
  std::string calibrated;  // what of the study file was chosen to fit this figure; empty: nothing

  bool modelled() const { return not_modelled.empty(); }
  bool compares() const { return !versus.empty(); }

  /// Why a misfit under this stance is no surprise; empty where no reason is known.
  std::string_view misfit_reason(std::string_view stance) const;
};

/// A published study beside its figures.
struct PublishedStudy {
  std::string title;
  std::string citation;
  std::vector<std::string> assumed;  // inputs of the study file that the publication does not tell
  std::vector<PublishedFigure> figures;
};

}  // namespace vcohort
