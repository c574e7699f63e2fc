#include "engine/evidence/values.hpp"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "engine/evidence/law.hpp"
#include "engine/evidence/registry.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/random/tile_draws.hpp"

namespace vcohort {
namespace {

std::size_t known_index(std::string_view name) {
  const auto index = registry_index(name);
  if (!index) throw InternalError(explain(fmt::format("parameter {}", name), "not in the registry", "register it."));
  return *index;
}

double normal_of_id(std::uint64_t seed, std::uint32_t draw, std::uint16_t id) {
  Address address;
  address.replicate = draw;
  address.patient = Address::whole_replicate;
  address.purpose = Purpose::parameter;
  address.block = id;
  return normals_at(seed, address)[0];
}

using Normals = std::map<std::uint16_t, double>;

/// One independent normal per parameter, or per shared draw.
Normals independent_normals(const Evidence& evidence, std::uint64_t seed, std::uint32_t draw) {
  std::map<std::string_view, std::uint16_t> leaders;
  for (const Parameter& parameter : evidence.parameters) {
    if (parameter.draw.empty()) continue;
    const auto [leader, first] = leaders.emplace(parameter.draw, parameter.id);
    if (!first) leader->second = std::min(leader->second, parameter.id);
  }
  Normals normals;
  for (const Parameter& parameter : evidence.parameters) {
    const std::uint16_t id = parameter.draw.empty() ? parameter.id : leaders.at(parameter.draw);
    normals[parameter.id] = normal_of_id(seed, draw, id);
  }
  return normals;
}

/// Replaces the normals of a joint prior by correlated ones: the Cholesky factor of the correlation, in order of ids,
/// times the independent ones.
void correlate(const JointPrior& prior, Normals& normals) {
  std::vector<std::pair<std::uint16_t, std::size_t>> order;  // id, place in the prior
  for (std::size_t place = 0; place < prior.parameters.size(); ++place) {
    order.emplace_back(parameter_registry()[known_index(prior.parameters[place])].id, place);
  }
  std::sort(order.begin(), order.end());
  const auto size = static_cast<Eigen::Index>(order.size());
  Eigen::MatrixXd correlation(size, size);
  Eigen::VectorXd independent(size);
  for (Eigen::Index i = 0; i < size; ++i) {
    independent(i) = normals.at(order[i].first);
    for (Eigen::Index j = 0; j < size; ++j) correlation(i, j) = prior.correlation[order[i].second][order[j].second];
  }
  const Eigen::LLT<Eigen::MatrixXd> cholesky(correlation);
  if (cholesky.info() != Eigen::Success) {
    throw InvalidInput(
        explain("a joint prior cannot be drawn", "its correlation is not positive definite", "weaken some entries."));
  }
  const Eigen::MatrixXd factor = cholesky.matrixL();
  for (Eigen::Index i = 0; i < size; ++i) {
    double correlated = 0;
    for (Eigen::Index j = 0; j <= i; ++j) correlated += factor(i, j) * independent(j);
    normals[order[i].first] = correlated;
  }
}

}  // namespace

ParameterValues::ParameterValues() : values_(parameter_registry().size(), std::numeric_limits<double>::quiet_NaN()) {}

double ParameterValues::at(std::string_view name) const {
  const double value = values_[known_index(name)];
  if (std::isnan(value)) {
    throw InvalidInput(explain(fmt::format("{}: the evidence has no such number", name), "nobody studied it",
                               "supply it in the study, with its source."));
  }
  return value;
}

bool ParameterValues::has(std::string_view name) const {
  return !std::isnan(values_[known_index(name)]);
}

void ParameterValues::set(std::string_view name, double value) {
  values_[known_index(name)] = value;
}

ParameterValues point_values(const Evidence& evidence) {
  ParameterValues values;
  for (const Parameter& parameter : evidence.parameters) values.set(parameter.name, parameter.value);
  return values;
}

ParameterValues draw_values(const Evidence& evidence, std::uint64_t seed, std::uint32_t draw) {
  Normals normals = independent_normals(evidence, seed, draw);
  for (const JointPrior& prior : evidence.joint) correlate(prior, normals);
  ParameterValues values;
  for (const Parameter& parameter : evidence.parameters) {
    values.set(parameter.name, value_at(parameter, normals.at(parameter.id)));
  }
  return values;
}

}  // namespace vcohort
