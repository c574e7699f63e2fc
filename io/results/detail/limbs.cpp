#include "io/results/detail/limbs.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>

#include "engine/numeric/columns.hpp"
#include "engine/numeric/errors.hpp"
#include "io/results/column_of.hpp"

namespace vcohort::detail {
namespace {

constexpr std::int64_t limb_base = std::int64_t{1} << 32;

std::string limb_name(int limb) {
  return fmt::format("limb_{}", limb);
}

std::vector<ExactSum> sums_from(const Table& table) {
  std::array<const std::vector<std::int64_t>*, limbs> columns{};
  for (int limb = 0; limb < limbs; ++limb) {
    const Column* column = table.find(limb_name(limb));
    const auto* values = column == nullptr ? nullptr : std::get_if<std::vector<std::int64_t>>(&column->values);
    if (values == nullptr) throw InvalidInput(fmt::format("{} is missing in {}", limb_name(limb), table.path));
    const std::int64_t lowest = limb == limbs - 1 ? std::numeric_limits<std::int32_t>::min() : 0;
    const std::int64_t highest = limb == limbs - 1 ? std::numeric_limits<std::int32_t>::max() : limb_base - 1;
    for (const std::int64_t value : *values) {
      if (value < lowest || value > highest)
        throw InvalidInput(fmt::format("{} is out of range in {}", limb_name(limb), table.path));
    }
    columns[static_cast<std::size_t>(limb)] = values;
  }
  std::vector<ExactSum> sums;
  sums.reserve(columns[0]->size());
  for (std::size_t row = 0; row < columns[0]->size(); ++row) {
    const auto low = static_cast<std::uint64_t>((*columns[0])[row]) | static_cast<std::uint64_t>((*columns[1])[row])
                                                                          << 32;
    const auto high = static_cast<std::uint64_t>((*columns[2])[row]) | static_cast<std::uint64_t>((*columns[3])[row])
                                                                           << 32;
    sums.push_back(ExactSum::from_words(low, static_cast<std::int64_t>(high)));
  }
  return sums;
}

}  // namespace

Table tallies_table(const std::vector<NamedTally>& tallies) {
  Table table{tallies_path, "What the blocks of this file gathered: tallies add up exactly.", {}};
  const Columns column(table, tallies);
  column("question", "", "The question whose tally it is.", &NamedTally::question);
  column("scenario", "", "The scenario under which it was gathered.", &NamedTally::scenario);
  column("number_of_counts", "1", "How many counts it has.",
         [](const NamedTally& named) { return named.tally.counts.size(); });
  column("number_of_sums", "1", "How many exact sums it has.",
         [](const NamedTally& named) { return named.tally.sums.size(); });
  return table;
}

Table counts_table(const std::vector<std::int64_t>& counts) {
  Table table{counts_path, "The counts of all tallies, one tally after the other, in the order of its question.", {}};
  table.add<std::int64_t>("count", "1", "How often it happened.") = counts;
  return table;
}

Table sums_table(const std::vector<ExactSum>& sums) {
  Table table{sums_path, "The exact sums of all tallies, one tally after the other, in the order of its question.", {}};
  for (int limb = 0; limb < limbs; ++limb) {
    auto& column = table.add<std::int64_t>(
        limb_name(limb), "1", fmt::format("Bits {} to {} of the sum in quanta of 2^-50.", 32 * limb, 32 * limb + 31));
    column.reserve(sums.size());
    for (const ExactSum& sum : sums) {
      const std::int64_t word = limb < 2 ? static_cast<std::int64_t>(sum.low()) : sum.high();
      const std::int64_t upper = word >> 32;  // keeps the sign
      column.push_back(limb % 2 == 0 ? word & (limb_base - 1) : (limb == limbs - 1 ? upper : upper & (limb_base - 1)));
    }
  }
  return table;
}

std::vector<NamedTally> tallies_from(const Table& tallies, const Table& counts, const Table& sums) {
  const std::vector<ExactSum> all_sums = sums_from(sums);
  const auto& all_counts = column_of<std::int64_t>(counts, "count");
  const auto& questions = column_of<std::string>(tallies, "question");
  const auto& scenarios = column_of<std::string>(tallies, "scenario");
  const auto& of_counts = column_of<std::int64_t>(tallies, "number_of_counts");
  const auto& of_sums = column_of<std::int64_t>(tallies, "number_of_sums");
  std::vector<NamedTally> named;
  std::size_t count = 0, sum = 0;  // where the next tally begins
  const auto take = [](const auto& all, std::size_t& from, std::int64_t length) {
    if (length < 0 || static_cast<std::uint64_t>(length) > all.size() - from)
      throw InvalidInput("they have not the lengths that the file states");
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(from);
    from += static_cast<std::size_t>(length);
    return std::decay_t<decltype(all)>(begin, begin + length);
  };
  for (std::size_t row = 0; row < questions.size(); ++row) {
    NamedTally& next = named.emplace_back(NamedTally{questions[row], scenarios[row], {}});
    next.tally.counts = take(all_counts, count, of_counts[row]);
    next.tally.sums = take(all_sums, sum, of_sums[row]);
  }
  if (count != all_counts.size() || sum != all_sums.size())
    throw InvalidInput("they have not the lengths that the file states");
  return named;
}

}  // namespace vcohort::detail
