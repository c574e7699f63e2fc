#pragma once
#include <span>
#include <string_view>

namespace vcohort {

/// A file that ships inside the program.
struct ShippedFile {
  std::string_view folder;  // "evidence", "studies", "templates", ...
  std::string_view name;    // without folder and ending: "sceptical", "quickstart", "lv-2023.figures"
  std::string_view text;
};

/// All of them, by folder and name.
std::span<const ShippedFile> shipped_files();

/// The file of that name in that folder, or in any folder where `folder` is empty; nullptr where there is none.
const ShippedFile* shipped_file(std::string_view folder, std::string_view name);

}  // namespace vcohort
