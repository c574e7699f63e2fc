/// Counts beyond 2^32: the plan of 10^12 patients, its shards, and patients whose numbers need 38 bits.
#include <gtest/gtest.h>

#include "engine/cohort/cohort.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/run/plan.hpp"
#include "engine/run/shard.hpp"
#include "io/cli/load_study.hpp"

namespace vcohort {
namespace {

constexpr const char* text = R"(format = "vcohort-study 1"
title = "As many as there may be"
evidence = "sceptical"
seed = 5
[population]
size = 1_000_000_000_000
age_years = { distribution = "uniform", low = 2, high = 12 }
gmfcs = { I = 0.2, II = 0.2, III = 0.2, IV = 0.2, V = 0.2 }
[[strategy]]
name = "rehabilitation"
[[strategy]]
name = "intrathecal"
cell = "MSC"
route = "intrathecal"
dose_per_kg = 1e6
[outcomes]
visits_months = [6]
endpoints = ["gmfm66"]
[cohort]
reference = "rehabilitation"
save_patients = true
)";

LoadedStudy load(const std::vector<std::string>& settings = {}) {
  FileHeader header;
  header.study_resolved = text;
  return load_study(header, settings);
}

template <class Value>
const std::vector<Value>& column(const Table& table, const char* name) {
  return std::get<std::vector<Value>>(table.find(name)->values);
}

TEST(LargeCounts, a_plan_of_a_million_million_patients) {
  const LoadedStudy loaded = load();
  const Plan plan(loaded.reading.study, loaded.evidence);
  EXPECT_EQ(plan.blocks(), 244'140'625);
  EXPECT_EQ(plan.patients_in({0, plan.blocks()}), 1'000'000'000'000);
  EXPECT_EQ(span_of(Shard{9'999, 10'000}, plan.blocks()).size(), 24'414);
  EXPECT_EQ(plan.work(plan.blocks() - 1).block, plan.blocks() - 1);
}

/// The last block there is: its patients are those of a replay, one by one, and no other's.
TEST(LargeCounts, blocks_of_patients_beyond_32_bits) {
  const LoadedStudy loaded = load();
  const Cohort cohort(loaded.reading.study, loaded.evidence.front());
  for (const std::int64_t block : {std::int64_t{1} << 20, cohort.blocks() - 1}) {
    Tally tally = cohort.empty_tally();
    auto rows = cohort.row_tables();
    cohort.simulate_block(block, tally, rows);
    const auto& patients = column<std::int64_t>(rows[0], "patient");
    ASSERT_EQ(static_cast<std::int64_t>(patients.size()), cohort.patients_in(block));
    EXPECT_EQ(patients.front(), block * Cohort::block_size);
    EXPECT_EQ(patients.back(), (block + 1) * Cohort::block_size - 1);
    EXPECT_GE(patients.front(), std::int64_t{1} << 32);
    for (const std::size_t row : {std::size_t{0}, std::size_t{1}, patients.size() - 1}) {
      const auto alone =
          Cohort::replay(loaded.reading.study, loaded.evidence.front(), 0, static_cast<std::uint64_t>(patients[row]));
      EXPECT_EQ(column<double>(alone[0], "age_years").front(), column<double>(rows[0], "age_years")[row]);
      EXPECT_EQ(column<double>(alone[0], "gmfm66").front(), column<double>(rows[0], "gmfm66")[row]);
    }
    // Patient p of this block and patient p modulo 2^32 are two children: no field has wrapped.
    const auto wrapped = static_cast<std::uint64_t>(patients.front()) & 0xffffffffU;
    const auto other = Cohort::replay(loaded.reading.study, loaded.evidence.front(), 0, wrapped);
    EXPECT_NE(column<double>(other[0], "age_years").front(), column<double>(rows[0], "age_years").front());
  }
}

/// What an address cannot hold is an error where it is asked for.
TEST(LargeCounts, no_field_of_an_address_wraps) {
  EXPECT_THROW(load({"population.size=300_000_000_000_000"}), InvalidInput);
  const LoadedStudy draws = load({"parameters=\"uncertain\""});  // 3,906,250,000 draws of 2^32
  EXPECT_EQ(Plan(draws.reading.study, draws.evidence).blocks(), 3'906'250'000);
  LoadedStudy beyond = load({"parameters=\"uncertain\""});
  beyond.reading.study.population.size = 256 * ((std::int64_t{1} << 32) + 1);
  EXPECT_THROW(Plan(beyond.reading.study, beyond.evidence), InternalError);
}

}  // namespace
}  // namespace vcohort
