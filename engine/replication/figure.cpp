#include "engine/replication/figure.hpp"

#include "engine/study/word.hpp"

namespace vcohort {

const char* name_of(FigureQuantity quantity) {
  return word(figure_quantities, quantity).data();
}
const char* name_of(FigureStatistic statistic) {
  return word(figure_statistics, statistic).data();
}

std::string_view PublishedFigure::misfit_reason(std::string_view stance) const {
  for (const auto& [of, reason] : misfit)
    if (of == stance || of.empty()) return reason;
  return {};
}

}  // namespace vcohort
