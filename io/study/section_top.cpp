#include <algorithm>
#include <array>

#include "io/study/sections.hpp"
#include "io/study/table_reader.hpp"

namespace vcohort {

namespace {

constexpr std::array<std::string_view, 1> formats = {"vcohort-study 1"};
constexpr std::array<std::string_view, 2> parameter_modes = {"fixed", "uncertain"};
constexpr double largest_seed = 9223372036854775807.0;  // 2^63 - 1: HDF5 and R hold signed integers

constexpr std::array<KeySpec, 5> keys = {{
    {.name = "format",
     .required = true,
     .choices = formats,
     .meaning = "Which grammar the file is written in.",
     .example = "\"vcohort-study 1\""},
    {.name = "title",
     .fallback = "\"untitled\"",
     .meaning = "What the study is about, for tables and reports.",
     .example = "\"Four low doses or one high dose?\""},
    {.name = "evidence",
     .type = KeyType::list_of_texts,
     .form = "text or list of texts",
     .fallback = "[\"sceptical\"]",
     .meaning = "Where the numbers of the model come from: the name of a stance that ships (`published`, `sceptical`, "
                "`null`), "
                "or the path of an evidence file. Each of a list is a scenario of the result.",
     .example = "[\"sceptical\", \"null\"]"},
    {.name = "parameters",
     .fallback = "\"fixed\"",
     .choices = parameter_modes,
     .meaning = "Whether the parameters keep their values, or are drawn from their uncertainty in every replicate.",
     .example = "\"uncertain\""},
    {.name = "seed",
     .type = KeyType::integer,
     .fallback = "0",
     .range = {0, largest_seed},
     .meaning = "The key of all random numbers: the same study and seed give the same result, bit for bit.",
     .example = "20260101"},
}};

}  // namespace

const SectionSpec top_section = {
    .heading = "the top level",
    .meaning = "What stands before the first table.",
    .keys = keys,
};

void read_top(const TomlValue& document, StudyContext& context) {
  // The tables of the document are keys, too: read_study() has already refused those that no section declares.
  const TableReader reader(document, top_section, context.problems, true);
  reader.choice("format");
  context.study.title = reader.text("title").value_or("");
  context.study.uncertain_parameters = reader.choice("parameters").value_or(0) == 1;
  context.study.seed = static_cast<std::uint64_t>(reader.integer("seed").value_or(0));

  context.study.stances = reader.texts("evidence").value_or(std::vector<std::string>());
  const TomlEntry* evidence = reader.entry("evidence");
  for (std::size_t index = 0; index < context.study.stances.size(); ++index) {
    const bool listed = evidence && evidence->value.is_array();
    const Place place = listed ? evidence->value.items[index].place : reader.place("evidence");
    context.places.stances.push_back(place);
    const auto end = context.study.stances.begin() + static_cast<std::ptrdiff_t>(index);
    if (std::find(context.study.stances.begin(), end, *end) != end) {
      context.problems.add(place, "the evidence " + quoted(*end) + " is named twice", "each is a scenario of its own",
                           "remove one");
    }
  }
}

}  // namespace vcohort
