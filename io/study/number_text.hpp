#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace vcohort {

/// The shortest decimal text that reads back as the same double: "0.342", "12", "2e6", "1e-7". Never depends on the
/// locale.
std::string number_text(double value);
std::string number_text(std::int64_t value);

/// The same after rounding to six significant digits, for names that people read: "2e6", "2666670".
std::string rounded_text(double value);

/// A TOML basic string with its quotes; control characters, quotes and backslashes are escaped.
std::string toml_text(std::string_view text);

}  // namespace vcohort
