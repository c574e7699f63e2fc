#pragma once
#include <string>
#include <string_view>

namespace vcohort {

/// gzip (RFC 1952), as small as it gets; the same bytes give the same bytes.
std::string compressed(std::string_view bytes);

/// The inverse. InternalError where it is none: only what the program holds is expanded.
std::string expanded(std::string_view bytes);

}  // namespace vcohort
