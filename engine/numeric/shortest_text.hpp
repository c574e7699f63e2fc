#pragma once
#include <string>

namespace vcohort {

/// The shortest text that reads back as the number: "0.2".
std::string shortest_text(double number);

}  // namespace vcohort
