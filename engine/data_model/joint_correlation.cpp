#include "engine/data_model/joint_correlation.hpp"

#include <algorithm>
#include <optional>

#include "engine/study/data_endpoints.hpp"

namespace vcohort {

namespace {

/// The correlation of two visits within an endpoint; nothing where it is not seen at one of them.
std::optional<double> between_visits(const DataModel& endpoint, double months, double other_months) {
  const std::vector<double>& visits = endpoint.visits_months;
  const auto a = std::find(visits.begin(), visits.end(), months);
  const auto b = std::find(visits.begin(), visits.end(), other_months);
  if (a == visits.end() || b == visits.end()) return std::nullopt;
  if (a == b) return 1;
  if (endpoint.correlation.empty()) return 0;
  return endpoint
      .correlation[static_cast<std::size_t>(a - visits.begin())][static_cast<std::size_t>(b - visits.begin())];
}

double over_time(const DataModel& first, std::size_t visit, const DataModel& second, std::size_t other_visit) {
  if (!seen_at_visits(first.kind) || !seen_at_visits(second.kind)) return 1;
  const double months = first.visits_months[visit], other_months = second.visits_months[other_visit];
  const std::optional<double> of_first = between_visits(first, months, other_months);
  const std::optional<double> of_second = between_visits(second, months, other_months);
  if (of_first && of_second) return (*of_first + *of_second) / 2;
  return of_first ? *of_first : of_second.value_or(1);
}

}  // namespace

std::vector<LatentPlace> latent_places(const DataModel& model) {
  std::vector<LatentPlace> places;
  const std::span<const DataModel> endpoints = endpoints_of(model);
  for (std::size_t e = 0; e < endpoints.size(); ++e) {
    if (endpoints[e].is_composite()) continue;
    const std::size_t normals = seen_at_visits(endpoints[e].kind) ? endpoints[e].visits_months.size() : 1;
    for (std::size_t v = 0; v < normals; ++v) places.push_back({e, v});
  }
  return places;
}

std::vector<std::vector<double>> joint_correlation(const DataModel& model) {
  const std::vector<LatentPlace> places = latent_places(model);
  const std::span<const DataModel> endpoints = endpoints_of(model);
  const auto of = [&](const LatentPlace& a, const LatentPlace& b) {
    const double stated = a.endpoint == b.endpoint             ? 1
                          : model.endpoint_correlation.empty() ? 0
                                                               : model.endpoint_correlation[a.endpoint][b.endpoint];
    return stated == 0 ? 0.0 : stated * over_time(endpoints[a.endpoint], a.visit, endpoints[b.endpoint], b.visit);
  };
  std::vector<std::vector<double>> matrix(places.size(), std::vector<double>(places.size(), 1.0));
  for (std::size_t row = 0; row < places.size(); ++row)
    for (std::size_t column = 0; column < row; ++column)
      matrix[row][column] = matrix[column][row] = of(places[row], places[column]);
  return matrix;
}

}  // namespace vcohort
