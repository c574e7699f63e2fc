#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/study/names.hpp"
#include "io/study/field.hpp"

namespace vcohort {

namespace {

using Kind = Distribution::Kind;

struct KindKeys {
  std::vector<std::string_view> needed;
  std::vector<std::string_view> possible;
};

KindKeys keys_of(Kind kind) {
  switch (kind) {
    case Kind::fixed:
      return {{"value"}, {}};
    case Kind::uniform:
      return {{"low", "high"}, {}};
    case Kind::normal:
      return {{"mean", "sd"}, {"low", "high"}};
    case Kind::lognormal:
      return {{"median", "sigma"}, {"low", "high"}};
    case Kind::triangular:
      return {{"low", "mode", "high"}, {}};
    case Kind::bands:
      return {{"bands", "shares"}, {}};
  }
  return {};
}

Use kind_use(const KeySpec& key, const Distribution& distribution, const Scope& scope) {
  const KindKeys expected = keys_of(distribution.kind);
  if (index_of(expected.possible, key.name)) return {};
  if (!index_of(expected.needed, key.name))
    return Use::none("it takes " + listed(expected.needed),
                     fmt::format("{} has no \"{}\"", name_of(distribution.kind), key.name));
  return Use::required(fmt::format("the {} distribution of \"{}\" needs it", name_of(distribution.kind),
                                   scope.variable ? scope.variable->name : std::string_view()));
}

void read_bands(const KeyAt& at, Distribution& distribution) {
  const KeySpec& variable = *at.scope.variable;
  if (!at.value().is_array() || at.value().items.empty())
    at.refuse("\"bands\" must be a list of [low, high]", "", "write bands = [[1, 3], [3, 6]]");
  for (const TomlValue& item : at.value().items) {
    std::optional<double> low, high;
    if (item.is_array() && item.items.size() == 2) {
      low = finite_number(item.items[0]);
      high = finite_number(item.items[1]);
    }
    if (!low || !high || !(*low < *high)) {
      at.problems().add(item.place, "a band must be [low, high] with low below high", "", "write [1, 3]");
      continue;
    }
    const std::string band = fmt::format("the band [{}, {}]", number_text(*low), number_text(*high));
    if (!variable.range.contains(*low) || !variable.range.contains(*high)) {
      at.problems().add(item.place, band + " is impossible",
                        fmt::format("{} must be {}", variable.name, text_of(variable.range)), "");
    } else if (!distribution.bands.empty() && *low < distribution.bands.back().high) {
      at.problems().add(item.place, band + " overlaps the one before", "bands ascend", "");
    } else {
      distribution.bands.push_back({*low, *high});
    }
  }
}

std::string write_bands(const Distribution& distribution, const Scope&) {
  return list_text(distribution.bands, [](const Interval& band) { return write_value(KeySpec{}, band); });
}

constexpr std::array<KeySpec, 11> keys = {{
    field<&Distribution::kind>("distribution", {.decides = true, .no_default = true},
                               "Which distribution; may be left out where bands are given.", "\"uniform\""),
    field<&Distribution::value>("value", {.no_default = true, .use = rule<kind_use>}, "`fixed`: the value.", "6"),
    field<&Distribution::mode>("mode", {.no_default = true, .use = rule<kind_use>},
                               "`triangular`: the peak, between low and high.", "4"),
    field<&Distribution::mean>("mean", {.no_default = true, .use = rule<kind_use>},
                               "`normal`: the mean before truncation.", "5"),
    field<&Distribution::sd>("sd", {.range = above(0), .use = rule<kind_use>},
                             "`normal`: the standard deviation before truncation.", "2.5"),
    field<&Distribution::median>("median", {.range = above(0), .use = rule<kind_use>},
                                 "`lognormal`: the median before truncation.", "4.5"),
    field<&Distribution::sigma>("sigma", {.range = above(0), .use = rule<kind_use>},
                                "`lognormal`: the standard deviation of the logarithm.", "0.5"),
    field<&Distribution::low>(
        "low", {.no_default = true, .use = rule<kind_use>},
        "`uniform`, `triangular`: the smallest value. `normal`, `lognormal`: where it is truncated, by default at the "
        "smallest value that the variable can have.",
        "1"),
    field<&Distribution::high>(
        "high", {.no_default = true, .use = rule<kind_use>},
        "`uniform`, `triangular`: the largest value. `normal`, `lognormal`: where it is truncated, by default at the "
        "largest value that the variable can have.",
        "12"),
    custom<read_bands, write_bands>("bands", KeyType::other, {.form = "list of [low, high]", .use = rule<kind_use>},
                                    "`bands`: intervals that ascend and do not overlap; uniform within each.",
                                    "[[1, 3], [3, 6]]"),
    field<&Distribution::shares>("shares", {.range = {0, 1}, .use = rule<kind_use>},
                                 "`bands`: the share of each band; within 0.02 of 1 they are rescaled with a notice.",
                                 "[0.4, 0.6]"),
}};

/// The checks of a distribution whose numbers have been read.
class Finish {
 public:
  Finish(const TableReader& reader, Distribution& distribution, const Scope& scope)
      : reader_(reader), variable_(*scope.variable), context_(*scope.context), result_(distribution) {}

  void run() {
    if (result_.kind == Kind::bands) {
      check_bands();
    } else {
      check_numbers();
    }
  }

 private:
  /// A bound of the support, which lies in the range that the variable can have.
  void check_in_range(std::string_view key, double value) {
    if (variable_.range.contains(value)) return;
    reader_.refuse(key, fmt::format("\"{}\" = {} is impossible", key, number_text(value)),
                   fmt::format("{} must be {}", variable_.name, text_of(variable_.range)), "");
  }

  void check_numbers() {
    const bool truncated = result_.kind == Kind::normal || result_.kind == Kind::lognormal;
    if (truncated && !reader_.has("low")) result_.low = variable_.range.low;
    if (truncated && !reader_.has("high")) result_.high = variable_.range.high;
    if (result_.kind == Kind::fixed) {
      if (reader_.has("value")) check_in_range("value", result_.value);
      return;
    }
    const bool has_bounds = truncated || (reader_.has("low") && reader_.has("high"));
    if (!has_bounds) return;
    check_in_range("low", result_.low);
    check_in_range("high", result_.high);
    if (!(result_.low < result_.high)) {
      reader_.refuse(reader_.has("low") ? "low" : "high", "\"low\" must be below \"high\"",
                     fmt::format("{} and {}", number_text(result_.low), number_text(result_.high)), "");
      return;
    }
    if (result_.kind == Kind::triangular && reader_.has("mode") &&
        !(result_.low <= result_.mode && result_.mode <= result_.high)) {
      reader_.refuse("mode", fmt::format("\"mode\" = {} lies outside of low and high", number_text(result_.mode)), "",
                     "");
    }
    check_truncation();
  }

  /// Further out than this many standard deviations there is no child to be drawn.
  void check_truncation() {
    constexpr double reach = 6;
    if (result_.kind == Kind::normal && result_.sd > 0) {
      const bool reachable =
          result_.mean - reach * result_.sd < result_.high && result_.mean + reach * result_.sd > result_.low;
      if (!reachable) refuse_truncation("mean");
    }
    if (result_.kind == Kind::lognormal && result_.sigma > 0 && result_.median > 0) {
      const double factor = std::exp(std::min(reach * result_.sigma, 600.0));  // exp(709) overflows
      if (!(result_.median / factor < result_.high && result_.median * factor > result_.low))
        refuse_truncation("median");
    }
  }

  void refuse_truncation(std::string_view key) {
    reader_.refuse(key, "the truncation leaves nothing of the distribution",
                   fmt::format("it is cut to {} to {}, more than 6 standard deviations away", number_text(result_.low),
                               number_text(result_.high)),
                   "check the numbers");
  }

  void check_bands() {
    const std::size_t bands = reader_.has("bands") ? reader_.entry("bands")->value.items.size() : 0;
    if (bands == 0 || result_.shares.empty()) return;
    if (result_.shares.size() != bands) {
      reader_.refuse("shares", "\"shares\" must have one share for each band",
                     fmt::format("{} bands, {} shares", bands, result_.shares.size()), "");
    } else if (auto whole =
                   whole_shares(result_.shares, reader_.place("shares"), "the shares of the bands", context_)) {
      result_.shares = *whole;
    }
  }

  const TableReader& reader_;
  const KeySpec& variable_;
  StudyContext& context_;
  Distribution& result_;
};

void finish(const TableReader& reader, Distribution& distribution, const Scope& scope) {
  Finish(reader, distribution, scope).run();
}

}  // namespace

const SectionSpec distribution_section =
    section<Distribution, finish>("distribution", "a distribution",
                                  "How a continuous variable, such as `population.age_years`, is distributed.", keys);

void read_distribution(const KeyAt& at, Distribution& distribution) {
  if (!at.value().is_table()) {
    at.refuse(fmt::format("\"{}\" must be a distribution", at.key.name),
              fmt::format("it is {}", kind_text(at.value().kind)),
              fmt::format("write {} = {}", at.key.name, at.key.example));
    return;
  }
  const TableReader reader(at.value(), distribution_section, at.problems());
  if (!reader.has("distribution") && !reader.has("bands")) {
    at.refuse(fmt::format("\"{}\" names no distribution", at.key.name), "\"distribution\" is missing",
              fmt::format("write {} = {}", at.key.name, at.key.example));
    return;
  }
  if (!reader.has("distribution")) distribution.kind = Kind::bands;
  Scope inside = at.scope;
  inside.variable = &at.key;
  fill(reader, distribution, inside);
}

Interval support_of(const Distribution& distribution) {
  switch (distribution.kind) {
    case Kind::fixed:
      return {distribution.value, distribution.value};
    case Kind::bands:
      return distribution.bands.empty() ? Interval{}
                                        : Interval{distribution.bands.front().low, distribution.bands.back().high};
    case Kind::uniform:
    case Kind::normal:
    case Kind::lognormal:
    case Kind::triangular:
      break;
  }
  return {distribution.low, distribution.high};
}

}  // namespace vcohort
