#include <algorithm>
#include <array>

#include "io/study/field.hpp"

namespace vcohort {

namespace {

constexpr std::array<std::string_view, 1> formats = {"vcohort-study 1"};
constexpr std::array<std::string_view, 2> parameter_modes = {"fixed", "uncertain"};
constexpr double largest_seed = 9223372036854775807.0;  // 2^63 - 1: HDF5 and R hold signed integers

void check_format(const KeyAt& at, Study&) {
  read_choice(at);
}

std::string write_format(const Study&, const Scope&) {
  return toml_text(formats.front());
}

void read_stances(const KeyAt& at, Study& study) {
  read_value(at, study.stances);
}

/// There are none where no evidence enters, see settle_questions().
std::string write_stances(const KeySpec& key, const Study& study, const Scope&) {
  return study.stances.empty() ? std::string() : write_value(key, study.stances);
}

/// [policy] draws whatever is said, so that "fixed" beside it alone is refused and not written.
Use parameters_use(const KeySpec&, const Study& study, const Scope&) {
  const bool policy_alone = study.policy && !study.cohort && !study.trial;
  return policy_alone && !study.uncertain_parameters ? Use::none() : Use{};
}

constexpr std::array<KeySpec, 5> keys = {{
    custom<check_format, write_format>("format", KeyType::text, {.choices = formats, .required = true},
                                       "Which grammar the file is written in.", "\"vcohort-study 1\""),
    field<&Study::title>("title", {}, "What the study is about, for tables and reports.",
                         "\"Four low doses or one high dose?\""),
    custom<read_stances, write_stances>(
        "evidence", KeyType::list_of_texts, {.form = "text or list of texts", .fallback = "[\"sceptical\"]"},
        "Where the numbers of the model come from: the name of a stance that ships (`published`, `sceptical`, `null`), "
        "or the path of an evidence file. Each of a list is a scenario of the result.",
        "[\"sceptical\", \"null\"]"),
    field<&Study::uncertain_parameters>(
        "parameters", {.choices = parameter_modes, .use = rule<parameters_use>},
        "Whether the parameters keep their values, or are drawn from their uncertainty in every replicate.",
        "\"uncertain\""),
    field<&Study::seed>("seed", {.range = {0, largest_seed}},
                        "The key of all random numbers: the same study and seed give the same result, bit for bit.",
                        "20260101"),
}};

void finish(const TableReader& reader, Study& study, const Scope& scope) {
  const std::vector<std::string>& names = study.stances;
  for (std::size_t index = 0; index < names.size(); ++index) {
    const Place place = item_place(reader, "evidence", index);
    scope.context->places.stances.push_back(place);
    const auto here = names.begin() + static_cast<std::ptrdiff_t>(index);
    if (std::find(names.begin(), here, *here) != here)
      reader.problems().add(place, "the evidence " + quoted(*here) + " is named twice", "each is a scenario of its own",
                            "remove one");
  }
}

}  // namespace

const SectionSpec top_section =
    section<Study, finish>("", "the top level", "What stands before the first table.", keys);

void read_top(const TomlValue& document, StudyContext& context) {
  // The tables of the document are keys, too: read_study() has already refused those that no section declares.
  const TableReader reader(document, top_section, context.problems, true);
  fill(reader, context.study, {&context.study, nullptr, &context});
}

}  // namespace vcohort
