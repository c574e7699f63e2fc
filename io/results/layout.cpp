#include "io/results/layout.hpp"

#include <fmt/format.h>

#include "io/results/detail/contents.hpp"
#include "io/results/result_file.hpp"

namespace vcohort {
namespace {

using detail::Attribute;
using detail::Object;
using detail::ValueType;

/// HDF5 attributes carry no description of their own, so theirs stand here.
std::string_view meaning_of_attribute(std::string_view group, std::string_view name) {
  struct Meaning {
    std::string_view group;
    std::string_view name;
    std::string_view sentence;
  };
  static constexpr Meaning meanings[] = {
      {"/", "content_digest", "SHA-256 of all that the file says, without /runtime and without how it is stored."},
      {"/", "engine_version", "The version of vcohort that made the file."},
      {"/", "evidence_sha256", "SHA-256 of the resolved evidence."},
      {"/", "first_block", "The first block of work that the file covers, counted over all questions of the study."},
      {"/", "format", "Always `vcohort-result`."},
      {"/", "format_version",
       "Major and minor version of this layout; a reader accepts its own and every earlier minor version."},
      {"/", "git_revision", "The revision of the source code."},
      {"/", "last_block", "The last block that the file covers; one less than `first_block` where it covers none."},
      {"/", "rng", "The generator of random numbers."},
      {"/", "seed", "The seed, 0 to 2^63 - 1."},
      {"/", "seed_hex", "The seed in hexadecimal, for readers whose numbers are doubles."},
      {"/", "status", "`complete`, or `part` where it covers a range of blocks only."},
      {"/", "study_sha256", "SHA-256 of the resolved study."},
      {"/", "total_blocks", "The number of blocks of the study."},
  };
  for (const Meaning& meaning : meanings) {
    if (meaning.group == group && meaning.name == name) return meaning.sentence;
  }
  return "";
}

std::string type_of(const Attribute& attribute) {
  constexpr std::string_view names[] = {"int64", "float64", "text", "uint8"};
  return std::string(names[attribute.values.index()]) + (attribute.list ? "[]" : "");
}

void describe_group(const Object& group, const std::string& path, std::string& out) {
  out += fmt::format("\n## {}\n\n", path);
  if (const std::string* sentence = group.text("description")) out += *sentence + "\n\n";
  for (const Attribute& attribute : group.attributes) {
    // Every group has its sentence above, and the order of columns is the order of the entries below.
    if (attribute.name == "description" || attribute.name == "columns") continue;
    out += fmt::format("- attribute `{}` ({}) - {}\n", attribute.name, type_of(attribute),
                       meaning_of_attribute(path, attribute.name));
  }
}

void describe_dataset(const Object& dataset, std::string_view name, std::string& out) {
  const auto text = [&dataset](std::string_view attribute) {
    const std::string* found = dataset.text(attribute);
    return found == nullptr ? std::string() : *found;
  };
  const std::string units = text("units");
  out += fmt::format("- `{}` ({}[rows]){}{} - {}\n", name, name_of(dataset.type), units.empty() ? "" : " ", units,
                     text("description"));
}

}  // namespace

std::string describe_layout(const ResultFile& file) {
  const detail::Contents& contents = file.contents();
  std::string out;
  for (const Object& group : contents.objects()) {
    if (group.kind != Object::Kind::group) continue;
    describe_group(group, group.path, out);
    const Attribute* names = group.attribute("columns");
    const auto* columns = names == nullptr ? nullptr : std::get_if<std::vector<std::string>>(&names->values);
    if (columns == nullptr) continue;
    for (const auto& name : *columns) {
      if (const Object* dataset = contents.find(group.path + "/" + name)) describe_dataset(*dataset, name, out);
    }
  }
  return out.empty() ? out : out.substr(1);
}

}  // namespace vcohort
