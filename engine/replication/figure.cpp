#include "engine/replication/figure.hpp"

#include "engine/numeric/errors.hpp"

namespace vcohort {

const char* name_of(FigureQuantity quantity) {
  switch (quantity) {
    case FigureQuantity::value:
      return "value";
    case FigureQuantity::change:
      return "change";
    case FigureQuantity::change_above_expectation:
      return "change_above_expectation";
    case FigureQuantity::monthly_change:
      return "monthly_change";
    case FigureQuantity::related_events:
      return "related_events";
  }
  throw InternalError("a figure quantity without a name");
}

const char* name_of(FigureStatistic statistic) {
  switch (statistic) {
    case FigureStatistic::mean:
      return "mean";
    case FigureStatistic::sd:
      return "sd";
    case FigureStatistic::median:
      return "median";
    case FigureStatistic::quantile:
      return "quantile";
    case FigureStatistic::share:
      return "share";
    case FigureStatistic::percent_of_baseline:
      return "percent_of_baseline";
    case FigureStatistic::baseline_sds:
      return "baseline_sds";
    case FigureStatistic::t:
      return "t";
    case FigureStatistic::adjusted_mean:
      return "adjusted_mean";
    case FigureStatistic::standardised_difference:
      return "standardised_difference";
    case FigureStatistic::severe_share:
      return "severe_share";
  }
  throw InternalError("a figure statistic without a name");
}

std::string_view PublishedFigure::misfit_reason(std::string_view stance) const {
  for (const auto& [of, reason] : misfit)
    if (of == stance || of.empty()) return reason;
  return {};
}

}  // namespace vcohort
