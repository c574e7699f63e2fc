#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace vcohort {

/// A price is decided, not discovered: no research can tell it, so that the value of information leaves it out.
enum class ParameterKind : std::uint8_t { knowledge, price };
const char* name_of(ParameterKind);  // "knowledge", "price"

/// What a parameter of the model is, whatever its value. Ids are written into results and address the draws:
/// append-only.
struct ParameterDefinition {
  std::uint16_t id = 0;
  std::string name;    // dotted, lower case; GMFCS levels I..V and cell types are written as everywhere else
  std::string unit;    // empty for a pure number
  double minimum = 0;  // allowed range, closed; may be infinite
  double maximum = 0;
  std::string meaning;    // one sentence
  bool optional = false;  // an evidence file may leave it out, and then the model has no such thing (cell x route),
                          // or cannot answer the question that needs it (money and utilities, for [policy])
  ParameterKind kind = ParameterKind::knowledge;
};

/// Every parameter of the model, sorted by id.
std::span<const ParameterDefinition> parameter_registry();

/// Null when there is no such parameter.
const ParameterDefinition* find_parameter(std::string_view name);

/// Place of the parameter in `parameter_registry()`.
std::optional<std::size_t> registry_index(std::string_view name);

/// The name nearest to a mistyped one by Levenshtein distance, for "did you mean"; empty when nothing is near, that is
/// when more than a third of the letters differ.
std::string closest_parameter(std::string_view mistyped);

}  // namespace vcohort
