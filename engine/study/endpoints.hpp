#pragma once
#include <span>
#include <string_view>

namespace vcohort {

/// The names of the endpoints that a study may ask for. engine/outcome defines what each of them measures.
std::span<const std::string_view> endpoint_names();

}  // namespace vcohort
