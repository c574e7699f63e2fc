#include "engine/evidence/values.hpp"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

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
  std::set<std::uint16_t> ids;
  for (const Parameter& parameter : evidence.parameters) {
    if (parameter.uncertainty.kind == Uncertainty::Kind::fixed) continue;
    const std::uint16_t id = parameter.draw.empty() ? parameter.id : leaders.at(parameter.draw);
    uncertain_.push_back({parameter, known_index(parameter.name), id});
    ids.insert(id);
  }
  // A fixed member of a joint prior keeps its normal, so that fixing it leaves the others as they were.
  for (const JointPrior& prior : evidence.joint) {
    for (const std::string& name : prior.parameters) ids.insert(parameter_registry()[known_index(name)].id);
  }
  normal_ids_.assign(ids.begin(), ids.end());
  for (const JointPrior& prior : evidence.joint) prepare(prior);
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
    const auto place = std::lower_bound(normal_ids_.begin(), normal_ids_.end(), order[i].first);
    joint.normals.push_back(static_cast<std::size_t>(place - normal_ids_.begin()));
    for (Eigen::Index j = 0; j < size; ++j) correlation(i, j) = prior.correlation[order[i].second][order[j].second];
  }
  joint.factor = lower_cholesky(correlation);
  joint_.push_back(std::move(joint));
}

ParameterValues ParameterDraws::draw(std::uint64_t seed, std::uint32_t draw) const {
  // (1) independent normals, (2) correlated where calibrated together, (3) through each parameter's law
  std::vector<double> normals;
  normals.reserve(normal_ids_.size());
  for (const std::uint16_t id : normal_ids_) normals.push_back(normal_of_id(seed, draw, id));
  for (const Joint& joint : joint_) {
    for (std::size_t i = joint.normals.size(); i-- > 0;) {  // from the last, which needs all before it as they were
      double correlated = 0;
      for (std::size_t j = 0; j <= i; ++j) correlated += joint.factor[i][j] * normals[joint.normals[j]];
      normals[joint.normals[i]] = correlated;
    }
  }
  ParameterValues values = points_;
  for (const Uncertain& uncertain : uncertain_) {
    const auto place = std::lower_bound(normal_ids_.begin(), normal_ids_.end(), uncertain.normal_id);
    values.set_index(uncertain.index, value_at(uncertain.parameter, normals[place - normal_ids_.begin()]));
  }
  return values;
}

ParameterValues draw_values(const Evidence& evidence, std::uint64_t seed, std::uint32_t draw) {
  return ParameterDraws(evidence).draw(seed, draw);
}

}  // namespace vcohort
