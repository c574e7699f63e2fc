#include "engine/evidence/values.hpp"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "engine/evidence/law.hpp"
#include "engine/evidence/registry.hpp"
#include "engine/numeric/elementary.hpp"
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

/// The smallest id of each shared draw.
std::map<std::string_view, std::uint16_t> leaders_of(const Evidence& evidence) {
  std::map<std::string_view, std::uint16_t> leaders;
  for (const Parameter& parameter : evidence.parameters) {
    if (parameter.draw.empty()) continue;
    const auto [leader, first] = leaders.emplace(parameter.draw, parameter.id);
    if (!first) leader->second = std::min(leader->second, parameter.id);
  }
  return leaders;
}

std::vector<std::vector<double>> lower_cholesky(const Eigen::MatrixXd& correlation) {
  const Eigen::LLT<Eigen::MatrixXd> cholesky(correlation);
  if (cholesky.info() != Eigen::Success) {
    throw InvalidInput(
        explain("a joint prior cannot be drawn", "its correlation is not positive definite", "weaken some entries."));
  }
  const Eigen::MatrixXd factor = cholesky.matrixL();
  std::vector<std::vector<double>> rows(correlation.rows());
  for (Eigen::Index i = 0; i < factor.rows(); ++i) {
    for (Eigen::Index j = 0; j <= i; ++j) rows[i].push_back(factor(i, j));
  }
  return rows;
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

ParameterDraws::ParameterDraws(const Evidence& evidence) : points_(point_values(evidence)) {
  const auto leaders = leaders_of(evidence);
  std::map<std::uint16_t, Coordinate> by_id;
  for (const Parameter& parameter : evidence.parameters) {
    if (parameter.uncertainty.kind == Uncertainty::Kind::fixed) continue;
    const bool alone = parameter.draw.empty();
    Coordinate& coordinate = by_id[alone ? parameter.id : leaders.at(parameter.draw)];
    coordinate.name = alone ? parameter.name : parameter.draw;
    coordinate.parameters.push_back(parameter);
    coordinate.places.push_back(known_index(parameter.name));
  }
  // A fixed member of a joint prior keeps its normal, so that fixing it leaves the others as they were.
  for (std::size_t prior = 0; prior < evidence.joint.size(); ++prior) {
    for (const std::string& name : evidence.joint[prior].parameters) {
      Coordinate& coordinate = by_id[parameter_registry()[known_index(name)].id];
      coordinate.name = name;
      coordinate.joint = prior;
    }
  }
  for (auto& [id, coordinate] : by_id) {
    coordinate.id = id;
    coordinates_.push_back(std::move(coordinate));
  }
  for (const JointPrior& prior : evidence.joint) prepare(prior);
}

std::size_t ParameterDraws::place_of(std::uint16_t id) const {
  const auto place =
      std::lower_bound(coordinates_.begin(), coordinates_.end(), id,
                       [](const Coordinate& coordinate, std::uint16_t wanted) { return coordinate.id < wanted; });
  return static_cast<std::size_t>(place - coordinates_.begin());
}

void ParameterDraws::prepare(const JointPrior& prior) {
  std::vector<std::pair<std::uint16_t, std::size_t>> order;  // id, place in the prior
  order.reserve(prior.parameters.size());
  for (std::size_t place = 0; place < prior.parameters.size(); ++place) {
    order.emplace_back(parameter_registry()[known_index(prior.parameters[place])].id, place);
  }
  std::sort(order.begin(), order.end());
  const auto size = static_cast<Eigen::Index>(order.size());
  Eigen::MatrixXd correlation(size, size);
  Joint joint;
  for (Eigen::Index i = 0; i < size; ++i) {
    joint.coordinates.push_back(place_of(order[i].first));
    for (Eigen::Index j = 0; j < size; ++j) correlation(i, j) = prior.correlation[order[i].second][order[j].second];
  }
  joint.factor = lower_cholesky(correlation);
  joint_.push_back(std::move(joint));
}

void ParameterDraws::move(std::size_t place, double normal, ParameterValues& values) const {
  const Coordinate& coordinate = coordinates_[place];
  for (std::size_t member = 0; member < coordinate.parameters.size(); ++member)
    values.set_index(coordinate.places[member], value_at(coordinate.parameters[member], normal));
}

ParameterValues ParameterDraws::draw(std::uint64_t seed, std::uint32_t draw) const {
  std::vector<double> normals;
  normals.reserve(coordinates_.size());
  for (const Coordinate& coordinate : coordinates_) normals.push_back(normal_of_id(seed, draw, coordinate.id));
  return at_normals(std::move(normals));
}

ParameterValues ParameterDraws::at_quantile(std::size_t coordinate, double p) const {
  ParameterValues values = points_;
  move(coordinate, normal_quantile(p), values);
  return values;
}

ParameterValues ParameterDraws::at_normals(std::vector<double> normals) const {
  // (1) independent normals, (2) correlated where calibrated together, (3) through each parameter's law
  for (const Joint& joint : joint_) {
    for (std::size_t i = joint.coordinates.size(); i-- > 0;) {  // from the last, which needs all before it as they were
      double correlated = 0;
      for (std::size_t j = 0; j <= i; ++j) correlated += joint.factor[i][j] * normals[joint.coordinates[j]];
      normals[joint.coordinates[i]] = correlated;
    }
  }
  ParameterValues values = points_;
  for (std::size_t coordinate = 0; coordinate < coordinates_.size(); ++coordinate)
    move(coordinate, normals[coordinate], values);
  return values;
}

ParameterValues draw_values(const Evidence& evidence, std::uint64_t seed, std::uint32_t draw) {
  return ParameterDraws(evidence).draw(seed, draw);
}

}  // namespace vcohort
