#include "io/results/detail/limbs.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>

#include "engine/numeric/errors.hpp"

namespace vcohort::detail {
namespace {

constexpr std::int64_t limb_base = std::int64_t{1} << 32;

std::string limb_name(int limb) {
  return fmt::format("limb_{}", limb);
}

}  // namespace

Table counts_table(std::string path, const std::vector<std::int64_t>& counts) {
  Table table{std::move(path), "The counts of the tally, in the order of its question.", {}};
  table.add<std::int64_t>("count", "1", "How often it happened.") = counts;
  return table;
}

Table sums_table(std::string path, const std::vector<ExactSum>& sums) {
  Table table{std::move(path), "The exact sums of the tally, in the order of its question.", {}};
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

}  // namespace vcohort::detail
