#include <array>
#include <set>

#include "io/study/field.hpp"

namespace vcohort {

namespace {

constexpr std::array<KeySpec, 3> keys = {{
    field<&Override::parameter>("parameter", {.required = true}, "Name of the parameter in the evidence.",
                                "\"effect.emax\""),
    field<&Override::value>("value", {.required = true},
                            "Its value, in the unit that the parameter has; it is then fixed.", "5.0"),
    field<&Override::source>("source", {.required = true},
                             "Why: a publication, or a reason. It is printed with the result.",
                             "\"upper end of the meta-analysis\""),
}};

}  // namespace

const SectionSpec override_section = section<Override>(
    "override", "[[override]]",
    "Replaces a parameter in every evidence of the study, or supplies one that the evidence leaves out, such as the "
    "delivery factor of a pair of cell and route.",
    keys);

void read_overrides(const TomlValue& list, StudyContext& context) {
  std::set<std::string> names;
  for (const TomlValue& table : list.items) {
    const TableReader reader(table, override_section, context.problems);
    Override& replaced = context.study.overrides.emplace_back();
    fill(reader, replaced, {&context.study, nullptr, &context});
    if (!replaced.parameter.empty() && !names.insert(replaced.parameter).second)
      reader.refuse("parameter", quoted(replaced.parameter) + " is overridden twice", "it has one value", "remove one");
    context.places.overrides.push_back(reader.place("parameter"));
  }
}

}  // namespace vcohort
