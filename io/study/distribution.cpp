#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/study/names.hpp"
#include "io/study/number_text.hpp"
#include "io/study/sections.hpp"
#include "io/study/table_reader.hpp"

namespace vcohort {

namespace {

using Kind = Distribution::Kind;

constexpr std::array<KeySpec, 11> keys = {{
    {.name = "distribution",
     .choices = distribution_names,
     .meaning = "Which distribution; may be left out where bands are given.",
     .example = "\"uniform\""},
    {.name = "value", .type = KeyType::number, .meaning = "`fixed`: the value.", .example = "6"},
    {.name = "low",
     .type = KeyType::number,
     .meaning =
         "`uniform`, `triangular`: the smallest value. `normal`, `lognormal`: where it is truncated, by default at the "
         "smallest value that the variable can have.",
     .example = "1"},
    {.name = "high",
     .type = KeyType::number,
     .meaning =
         "`uniform`, `triangular`: the largest value. `normal`, `lognormal`: where it is truncated, by default at the "
         "largest value that the variable can have.",
     .example = "12"},
    {.name = "mode",
     .type = KeyType::number,
     .meaning = "`triangular`: the peak, between low and high.",
     .example = "4"},
    {.name = "mean", .type = KeyType::number, .meaning = "`normal`: the mean before truncation.", .example = "5"},
    {.name = "sd",
     .type = KeyType::number,
     .range = {.low = 0, .low_excluded = true},
     .meaning = "`normal`: the standard deviation before truncation.",
     .example = "2.5"},
    {.name = "median",
     .type = KeyType::number,
     .range = {.low = 0, .low_excluded = true},
     .meaning = "`lognormal`: the median before truncation.",
     .example = "4.5"},
    {.name = "sigma",
     .type = KeyType::number,
     .range = {.low = 0, .low_excluded = true},
     .meaning = "`lognormal`: the standard deviation of the logarithm.",
     .example = "0.5"},
    {.name = "bands",
     .type = KeyType::other,
     .form = "list of [low, high]",
     .meaning = "`bands`: intervals that ascend and do not overlap; uniform within each.",
     .example = "[[1, 3], [3, 6]]"},
    {.name = "shares",
     .type = KeyType::list_of_numbers,
     .range = {0, 1},
     .meaning = "`bands`: the share of each band; within 0.02 of 1 they are rescaled with a notice.",
     .example = "[0.4, 0.6]"},
}};

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

/// Reads the numbers of one distribution.
class DistributionReader {
 public:
  DistributionReader(const TomlValue& table, const KeySpec& variable, StudyContext& context)
      : reader_(table, distribution_section, context.problems), variable_(variable), context_(context) {}

  std::optional<Distribution> read() {
    const std::size_t problems_before = context_.problems.size();
    const bool implied = !reader_.has("distribution") && reader_.has("bands");
    const std::optional<int> kind =
        implied ? std::optional(static_cast<int>(Kind::bands)) : reader_.choice("distribution");
    if (!kind) {
      if (!reader_.has("distribution")) {
        context_.problems.add(reader_.place(), fmt::format("\"{}\" names no distribution", variable_.name),
                              "\"distribution\" is missing",
                              "write " + std::string(variable_.name) + " = " + std::string(variable_.example));
      }
      return std::nullopt;
    }
    result_.kind = static_cast<Kind>(*kind);
    check_keys();
    if (result_.kind == Kind::bands) {
      read_bands();
    } else {
      read_numbers();
    }
    if (context_.problems.size() != problems_before) return std::nullopt;
    return result_;
  }

 private:
  void check_keys() {
    const KindKeys expected = keys_of(result_.kind);
    for (const std::string_view key : expected.needed) {
      if (reader_.has(key)) continue;
      context_.problems.add(
          reader_.place(), fmt::format("\"{}\" is missing", key),
          fmt::format("the {} distribution of \"{}\" needs it", name_of(result_.kind), variable_.name),
          fmt::format("write {} = {}", key, distribution_section.find(key)->example));
    }
    for (const KeySpec& key : keys) {
      const auto is_key = [&](std::string_view name) { return name == key.name; };
      const bool known = key.name == "distribution" ||
                         std::any_of(expected.needed.begin(), expected.needed.end(), is_key) ||
                         std::any_of(expected.possible.begin(), expected.possible.end(), is_key);
      if (known || !reader_.has(key.name)) continue;
      context_.problems.add(reader_.entry(key.name)->place,
                            fmt::format("{} has no \"{}\"", name_of(result_.kind), key.name),
                            fmt::format("it takes {}", listed(expected.needed)), "remove it");
    }
  }

  /// A bound of the support, which lies in the range that the variable can have.
  void check_in_range(std::string_view key, double value) {
    if (variable_.range.contains(value)) return;
    reader_.refuse(key, fmt::format("\"{}\" = {} is impossible", key, number_text(value)),
                   fmt::format("{} must be {}", variable_.name, text_of(variable_.range)), "");
  }

  void read_numbers() {
    const bool truncated = result_.kind == Kind::normal || result_.kind == Kind::lognormal;
    result_.value = reader_.number("value").value_or(0);
    result_.low = reader_.number("low").value_or(truncated ? variable_.range.low : 0);
    result_.high = reader_.number("high").value_or(truncated ? variable_.range.high : 0);
    result_.mode = reader_.number("mode").value_or(0);
    result_.mean = reader_.number("mean").value_or(0);
    result_.sd = reader_.number("sd").value_or(0);
    result_.median = reader_.number("median").value_or(0);
    result_.sigma = reader_.number("sigma").value_or(0);
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

  void read_bands() {
    const TomlEntry* entry = reader_.entry("bands");
    const auto shares = reader_.numbers("shares");
    if (!entry || !shares) return;
    if (!entry->value.is_array() || entry->value.items.empty()) {
      reader_.refuse("bands", "\"bands\" must be a list of [low, high]", "", "write bands = [[1, 3], [3, 6]]");
      return;
    }
    for (const TomlValue& item : entry->value.items) read_band(item);
    if (!reader_.has("shares")) return;
    if (shares->size() != entry->value.items.size()) {
      reader_.refuse("shares", "\"shares\" must have one share for each band",
                     fmt::format("{} bands, {} shares", entry->value.items.size(), shares->size()), "");
      return;
    }
    if (auto whole = whole_shares(*shares, reader_.place("shares"), "the shares of the bands", context_))
      result_.shares = *whole;
  }

  void read_band(const TomlValue& item) {
    std::optional<double> low, high;
    if (item.is_array() && item.items.size() == 2) {
      low = finite_number(item.items[0]);
      high = finite_number(item.items[1]);
    }
    if (!low || !high || !(*low < *high)) {
      context_.problems.add(item.place, "a band must be [low, high] with low below high", "", "write [1, 3]");
    } else if (!variable_.range.contains(*low) || !variable_.range.contains(*high)) {
      context_.problems.add(item.place,
                            fmt::format("the band [{}, {}] is impossible", number_text(*low), number_text(*high)),
                            fmt::format("{} must be {}", variable_.name, text_of(variable_.range)), "");
    } else if (!result_.bands.empty() && *low < result_.bands.back().high) {
      context_.problems.add(
          item.place, fmt::format("the band [{}, {}] overlaps the one before", number_text(*low), number_text(*high)),
          "bands ascend", "");
    } else {
      result_.bands.push_back({*low, *high});
    }
  }

  TableReader reader_;
  const KeySpec& variable_;
  StudyContext& context_;
  Distribution result_;
};

}  // namespace

const SectionSpec distribution_section = {
    .name = "distribution",
    .heading = "a distribution",
    .meaning = "How a continuous variable, such as `population.age_years`, is distributed.",
    .keys = keys,
};

std::optional<Distribution> read_distribution(const TomlValue& table, const KeySpec& key, StudyContext& context) {
  if (!table.is_table()) {
    context.problems.add(table.place, fmt::format("\"{}\" must be a distribution", key.name),
                         fmt::format("it is {}", kind_text(table.kind)),
                         fmt::format("write {} = {}", key.name, key.example));
    return std::nullopt;
  }
  return DistributionReader(table, key, context).read();
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
