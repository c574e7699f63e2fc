#include <fmt/format.h>

#include <algorithm>

#include "engine/data_model/joint_correlation.hpp"
#include "engine/study/data_endpoints.hpp"
#include "engine/study/trial_names.hpp"
#include "io/study/data_correlation.hpp"
#include "io/study/data_covariates.hpp"
#include "io/study/data_endpoints.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

constexpr std::size_t most_endpoints = 20, most_normals = 100;

std::vector<std::string_view> names_in(const std::vector<DataModel>& endpoints) {
  std::vector<std::string_view> names;
  for (const DataModel& endpoint : endpoints) names.push_back(endpoint.name);
  return names;
}

void check_name(const KeyAt& at, const TomlEntry& entry) {
  if (!is_covariate_name(entry.key))
    at.problems().add(entry.place, "no endpoint can be called " + quoted(entry.key),
                      "the name is a column of exported trials, of one line and at most 200 bytes", "rename it");
}

/// A composite is followed as long as all of its parts are.
void take_parts(const TableReader& table, const std::vector<DataModel>& before, DataModel& composite) {
  double follow_up = longest_months;
  const auto refuse = [&](std::size_t k, const std::string& problem, std::string_view why,
                          std::string_view what_to_do) {
    table.problems().add(item_place(table, "first_of", k), problem, why, what_to_do);
  };
  for (std::size_t k = 0; k < composite.first_of.size(); ++k) {
    const std::string& name = composite.first_of[k];
    const auto part = std::find_if(before.begin(), before.end(), [&](const DataModel& e) { return e.name == name; });
    if (part == before.end())
      refuse(k, "there is no endpoint " + quoted(name) + " before this one",
             "a composite is made of those listed above", did_you_mean(name, names_in(before)));
    else if (part->kind != OutcomeKind::survival || part->is_composite())
      refuse(k, quoted(name) + " is no time to one event", "a composite endpoint is the first of several events",
             "list the events themselves");
    else
      follow_up = std::min(follow_up, part->follow_up_months);
  }
  if (composite.first_of.size() == 1)
    refuse(0, "a composite of one endpoint is that endpoint", "", "add another, or remove the composite");
  composite.follow_up_months = follow_up;
}

/// The arms of an endpoint in the order of the first one that has any.
void take_arms(const TableReader& table, DataModel& model, DataModel& endpoint) {
  if (endpoint.is_composite() || endpoint.arms.empty()) return;
  if (model.arms.empty()) {
    for (const DataModel::DataArm& arm : endpoint.arms) model.arms.emplace_back().name = arm.name;
    return;
  }
  std::vector<DataModel::DataArm> ordered;
  for (const DataModel::DataArm& wanted : model.arms)
    for (DataModel::DataArm& arm : endpoint.arms)
      if (arm.name == wanted.name) ordered.push_back(arm);
  if (ordered.size() == model.arms.size() && endpoint.arms.size() == model.arms.size()) {
    endpoint.arms = std::move(ordered);
    return;
  }
  std::vector<std::string_view> names;
  for (const DataModel::DataArm& arm : model.arms) names.push_back(arm.name);
  table.problems().add(table.place("arms"), "the endpoints have different arms",
                       fmt::format("those of the first endpoint are {}", listed(names)),
                       "give every endpoint the same");
}

void check_kind(const KeyAt& at, const TomlEntry& entry, const DataModel& endpoint) {
  if (endpoint.kind == OutcomeKind::count)
    at.problems().add(entry.value.place, quoted(endpoint.name) + " cannot be one of several endpoints: it is a count",
                      "counts stand in no copula here", "simulate it alone, or as the time to its first event");
}

}  // namespace

void read_data_endpoints(const KeyAt& at, DataModel& model) {
  if (!at.value().is_table() || at.value().entries.empty()) {
    at.refuse("\"endpoints\" must be a table of endpoints",
              at.value().is_table() ? "it has none" : "it is " + std::string(kind_text(at.value().kind)),
              "write endpoints.pain = { ... }");
    return;
  }
  if (at.value().entries.size() > most_endpoints)
    at.refuse(fmt::format("a data model has at most {} endpoints", most_endpoints),
              fmt::format("there are {}", at.value().entries.size()), "");
  std::vector<DataModel> endpoints;
  for (const TomlEntry& entry : at.value().entries) {
    check_name(at, entry);
    const TableReader table(entry.value, data_endpoint_section, at.problems());
    if (!entry.value.is_table()) continue;
    const std::size_t problems = at.problems().size();
    DataModel endpoint;
    endpoint.name = entry.key;
    Scope scope = at.scope;
    scope.endpoint = &endpoint;
    fill(table, endpoint, scope);
    check_kind(at, entry, endpoint);
    if (endpoint.is_composite()) take_parts(table, endpoints, endpoint);
    if (at.problems().size() == problems) take_arms(table, model, endpoint);
    endpoints.push_back(std::move(endpoint));
  }
  model.endpoints = std::move(endpoints);
}

void write_data_endpoints(const DataModel& model, const Scope& within, const std::string& path, std::string& text) {
  for (const DataModel& endpoint : model.endpoints) {
    Scope scope = within;
    scope.endpoint = &endpoint;
    const std::string here = path + "." + toml_text(endpoint.name);
    write_table(data_endpoint_section, &endpoint, scope, fmt::format("[{}]", here), here, text);
  }
}

void read_endpoint_correlation(const KeyAt& at, DataModel& model) {
  const std::size_t size = model.endpoints.size();
  const std::vector<std::string_view> names = names_in(model.endpoints);
  std::vector<std::vector<double>> matrix(size, std::vector<double>(size, 0.0));
  for (std::size_t e = 0; e < size; ++e) matrix[e][e] = 1;
  const auto simple = [&](std::size_t e) { return !model.endpoints[e].is_composite(); };
  const auto place = [&](const TomlEntry& entry) -> std::optional<std::size_t> {
    const std::optional<int> index = index_of(names, entry.key);
    if (index && simple(static_cast<std::size_t>(*index))) return static_cast<std::size_t>(*index);
    at.problems().add(
        entry.place,
        index ? quoted(entry.key) + " is made of other endpoints" : "there is no endpoint " + quoted(entry.key),
        "in \"endpoint_correlation\"", index ? "correlate those" : did_you_mean(entry.key, names));
    return std::nullopt;
  };
  const TomlValue& value = at.value();
  if (const std::optional<double> number = finite_number(value); number && at.key.range.contains(*number)) {
    for (std::size_t a = 0; a < size; ++a)
      for (std::size_t b = 0; b < size; ++b)
        if (a != b && simple(a) && simple(b)) matrix[a][b] = *number;
    model.endpoint_correlation = matrix;
    return;
  }
  if (!value.is_table()) {
    at.refuse("\"endpoint_correlation\" must be a number between -1 and 1, or a table of pairs", "",
              fmt::format("write endpoint_correlation = {}", at.key.example));
    return;
  }
  for (const TomlEntry& first : value.entries) {
    const std::optional<std::size_t> a = place(first);
    if (!a) return;
    if (!first.value.is_table()) {
      at.problems().add(first.value.place, "a correlation is that of two endpoints",
                        fmt::format("{} has one number", quoted(first.key)),
                        fmt::format("write endpoint_correlation = {}", at.key.example));
      return;
    }
    for (const TomlEntry& second : first.value.entries) {
      const std::optional<std::size_t> b = place(second);
      if (!b) return;
      const std::optional<double> number = finite_number(second.value);
      if (*a == *b || !number || !at.key.range.contains(*number)) {
        at.problems().add(second.value.place, "a correlation is impossible",
                          *a == *b ? "an endpoint has 1 with itself" : "it must be a number " + text_of(at.key.range),
                          "");
        return;
      }
      double& here = matrix[*a][*b];
      if (here != 0 && here != *number) {
        at.problems().add(second.place,
                          fmt::format("{} and {} have two correlations", quoted(first.key), quoted(second.key)),
                          fmt::format("{} and {}", number_text(here), number_text(*number)), "remove one");
        return;
      }
      here = matrix[*b][*a] = *number;
    }
  }
  model.endpoint_correlation = matrix;
}

std::string write_endpoint_correlation(const DataModel& model, const Scope&) {
  std::vector<std::string> rows;
  const auto& matrix = model.endpoint_correlation;
  for (std::size_t a = 0; a < matrix.size(); ++a) {
    std::vector<std::string> items;
    for (std::size_t b = a + 1; b < matrix.size(); ++b)
      if (matrix[a][b] != 0)
        items.push_back(fmt::format("{} = {}", toml_text(model.endpoints[b].name), number_text(matrix[a][b])));
    if (!items.empty())
      rows.push_back(fmt::format("{} = {{ {} }}", toml_text(model.endpoints[a].name), fmt::join(items, ", ")));
  }
  return rows.empty() ? std::string() : fmt::format("{{ {} }}", fmt::join(rows, ", "));
}

void check_joint_model(const TableReader& reader, const DataModel& model) {
  if (!reader.sound()) return;
  if (model.arms.empty()) {
    reader.refuse("endpoints", "no endpoint has arms", "a composite is made of others", "add the events themselves");
    return;
  }
  const std::size_t normals = latent_places(model).size();
  if (normals > most_normals) {
    reader.refuse("endpoints", fmt::format("the endpoints have {} visits in all", normals),
                  fmt::format("at most {} are correlated", most_normals), "leave some out");
    return;
  }
  if (!is_positive_definite(joint_correlation(model)))
    reader.refuse(
        reader.has("endpoint_correlation") ? "endpoint_correlation" : "endpoints",
        "the correlation of the endpoints is not positive definite",
        "at two visits it is that of the endpoints times that of the visits, and no outcomes have all of these",
        "write smaller numbers, or let the visits of an endpoint be more alike");
}

}  // namespace vcohort
