#include "io/results/named_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "engine/numeric/errors.hpp"
#include "io/results/result_file.hpp"

namespace vcohort {

std::string path_of_table(const ResultFile& file, std::string_view name) {
  if (const TableInfo* info = file.find(name)) return info->path;
  std::vector<std::string> found;
  for (const TableInfo& table : file.tables())
    if (!name.empty() && table.path.ends_with(name)) found.push_back(table.path);
  const auto whole = [&](const std::string& path) { return path.ends_with("/" + std::string(name)); };
  std::vector<std::string> wholes;
  for (const std::string& path : found)
    if (whole(path)) wholes.push_back(path);
  if (wholes.size() == 1) return wholes.front();
  if (found.size() > 1)
    throw InvalidInput(explain(fmt::format("several tables are called {}", name),
                               fmt::format("{}", fmt::join(found, ", ")), "name one of them"));
  return found.empty() ? std::string(name) : found.front();
}

}  // namespace vcohort
