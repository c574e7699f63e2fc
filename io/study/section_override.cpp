#include <array>
#include <set>

#include "io/study/sections.hpp"
#include "io/study/table_reader.hpp"

namespace vcohort {

namespace {

constexpr std::array<KeySpec, 3> keys = {{
    {.name = "parameter",
     .required = true,
     .meaning = "Name of the parameter in the evidence.",
     .example = "\"effect.emax\""},
    {.name = "value",
     .type = KeyType::number,
     .required = true,
     .meaning = "Its value, in the unit that the parameter has; it is then fixed.",
     .example = "5.0"},
    {.name = "source",
     .required = true,
     .meaning = "Why: a publication, or a reason. It is printed with the result.",
     .example = "\"upper end of the meta-analysis\""},
}};

}  // namespace

const SectionSpec override_section = {
    .name = "override",
    .heading = "[[override]]",
    .meaning =
        "Replaces a parameter in every evidence of the study, or supplies one that the evidence leaves out, such as "
        "the "
        "delivery factor of a pair of cell and route.",
    .keys = keys,
};

void read_overrides(const TomlValue& list, StudyContext& context) {
  std::set<std::string> names;
  for (const TomlValue& table : list.items) {
    const TableReader reader(table, override_section, context.problems);
    Override replaced;
    replaced.parameter = reader.text("parameter").value_or("");
    replaced.value = reader.number("value").value_or(0);
    replaced.source = reader.text("source").value_or("");
    if (!replaced.parameter.empty() && !names.insert(replaced.parameter).second) {
      reader.refuse("parameter", quoted(replaced.parameter) + " is overridden twice", "it has one value", "remove one");
    }
    context.study.overrides.push_back(replaced);
    context.places.overrides.push_back(reader.place("parameter"));
  }
}

}  // namespace vcohort
