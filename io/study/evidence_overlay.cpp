#include "io/study/evidence_overlay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "engine/evidence/registry.hpp"
#include "engine/numeric/errors.hpp"
#include "io/study/field.hpp"
#include "io/study/suggestion.hpp"
#include "scenarios/shipped.hpp"

namespace vcohort {

namespace {

constexpr std::size_t longest_chain = 16;

/// What an overlay says of several parameters.
struct Remark {
  std::vector<std::string> parameters;
  std::string source;
  std::string reason;
};

constexpr std::array<KeySpec, 3> remark_keys = {{
    field<&Remark::parameters>(
        "parameters", {.required = true},
        "Parameters of the base or of the file; a `*` stands for one part of a name between dots.", "[\"onset.*\"]"),
    field<&Remark::source>("source", {}, "What is added to the source of each, as it is written.",
                           "\" (never used here)\""),
    field<&Remark::reason>(
        "reason", {}, "Why they differ from the base: those that the file gives, where they do not say it themselves.",
        "\"halved, as for trials without a sham\""),
}};

[[noreturn]] void refuse_base(const TomlEntry& base, std::string_view problem, std::string_view why,
                              std::string_view what_to_do, Problems& problems) {
  problems.add(base.value.place, problem, why, what_to_do);
  problems.throw_if_any();
  throw InternalError("a problem was recorded");
}

/// `own`: the parameters that the file itself gives; what it keeps as it is needs no reason.
void apply(const Remark& remark, const TomlEntry* own, const TableReader& reader, Evidence& evidence) {
  for (std::size_t k = 0; k < remark.parameters.size(); ++k) {
    bool any = false;
    for (Parameter& parameter : evidence.parameters) {
      if (!fits(remark.parameters[k], parameter.name)) continue;
      any = true;
      parameter.source += remark.source;
      const bool differs = !remark.source.empty() || (own && own->value.find(parameter.name));
      if (differs && parameter.reason.empty()) parameter.reason = remark.reason;
    }
    if (any) continue;
    const std::string nearest_name = closest_parameter(remark.parameters[k]);
    reader.problems().add(item_place(reader, "parameters", k),
                          "the evidence has no parameter " + quoted(remark.parameters[k]), "in a remark",
                          nearest_name.empty() ? "remove it" : "did you mean " + quoted(nearest_name) + "?");
  }
}

}  // namespace

const SectionSpec remark_section =
    section<Remark>("remark", "[[remark]]", "Of an overlay: what it says of several parameters.", remark_keys);

std::optional<EvidenceFile> shipped_base(const std::string& base, const std::string&) {
  const ShippedFile* shipped = shipped_file("evidence", base);
  if (!shipped) shipped = shipped_file("evidence/alternatives", base);
  return shipped ? std::optional(EvidenceFile{std::string(shipped->text), base}) : std::nullopt;
}

std::optional<EvidenceFile> base_of(const TomlValue& document, const FindBase& find_base,
                                    const std::vector<std::string>& chain, Problems& problems) {
  const TomlEntry* base = document.find("base");
  if (!base) return std::nullopt;
  if (!base->value.is_text())
    refuse_base(*base, "\"base\" must be a text", "it is " + std::string(kind_text(base->value.kind)),
                "write base = \"sceptical\"", problems);
  std::optional<EvidenceFile> found = find_base(base->value.text, chain.back());
  if (!found)
    refuse_base(*base, fmt::format("unknown base {}", quoted(base->value.text)),
                "it is neither a stance that ships nor a file",
                "use \"published\", \"sceptical\" or \"null\", or the path of an evidence file, relative to this one",
                problems);
  if (std::find(chain.begin(), chain.end(), found->name) != chain.end())
    refuse_base(*base, "the evidence is based on itself",
                fmt::format("{} -> {}", fmt::join(chain, " -> "), found->name),
                "base one of them on a stance that ships", problems);
  if (chain.size() == longest_chain)
    refuse_base(*base, fmt::format("more than {} files are based on one another", longest_chain),
                fmt::format("{}", fmt::join(chain, " -> ")), "put them together", problems);
  return found;
}

void put(Parameter parameter, Evidence& evidence) {
  const auto known = std::find_if(evidence.parameters.begin(), evidence.parameters.end(),
                                  [&](const Parameter& there) { return there.name == parameter.name; });
  if (known == evidence.parameters.end()) {
    evidence.parameters.push_back(std::move(parameter));
  } else {
    *known = std::move(parameter);
  }
}

void check_amounts(const TomlValue& document, const Evidence& base, const Evidence& evidence, Problems& problems) {
  if (base.parameters.empty() || (base.currency == evidence.currency && base.price_year == evidence.price_year)) return;
  const TomlEntry* own = document.find("parameter");
  for (const Parameter& parameter : base.parameters) {
    if (!parameter.unit.starts_with("currency") || (own && own->value.find(parameter.name))) continue;
    const TomlEntry* cause = document.find(base.currency == evidence.currency ? "price_year" : "currency");
    problems.add(cause ? cause->place : document.place,
                 fmt::format("{} would change its meaning", quoted(parameter.name)),
                 fmt::format("its base has it in {} of {}", base.currency, base.price_year),
                 "give every amount of money, or convert those that differ");
    return;
  }
}

void read_remarks(const TomlValue& document, Evidence& evidence, Problems& problems) {
  const TomlEntry* remarks = document.find("remark");
  if (!remarks) return;
  if (!document.find("base")) {
    problems.add(remarks->place, "\"remark\" has no effect", "the file has no base",
                 "write it into the parameters' own sources");
  } else if (!remarks->value.is_array()) {
    problems.add(remarks->place, "\"remark\" must be a list of tables",
                 "it is " + std::string(kind_text(remarks->value.kind)), "write [[remark]]");
  } else {
    for (const TomlValue& table : remarks->value.items) {
      const TableReader reader(table, remark_section, problems);
      Remark remark;
      fill(reader, remark, {});
      if (reader.sound() && remark.source.empty() && remark.reason.empty())
        problems.add(table.place, "the remark says nothing", "it has neither source nor reason", "remove it");
      if (reader.sound()) apply(remark, document.find("parameter"), reader, evidence);
    }
  }
}

bool fits(std::string_view pattern, std::string_view name) {
  while (true) {
    const std::string_view part = pattern.substr(0, pattern.find('.'));
    const std::string_view named = name.substr(0, name.find('.'));
    if (part != "*" && part != named) return false;
    pattern.remove_prefix(part.size());
    name.remove_prefix(named.size());
    if (pattern.empty() || name.empty()) return pattern.empty() && name.empty();
    pattern.remove_prefix(1);
    name.remove_prefix(1);
  }
}

}  // namespace vcohort
